import { useQuery } from '@tanstack/react-query';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Page } from '../../components/page.tsx';
import type { PageProps } from '../../router/routes.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { LiveConversation } from './live-conversation.tsx';
import { liveStrings } from './strings.ts';
import './live.css';

/** The first line that says something of what the interview is for. */
const firstLine = (jobDescription: string) => jobDescription.trim().split('\n')[0]?.slice(0, 120) ?? '';

/** Keeps the line's place until it is known. */
const placeholder = '\u00a0';

export function LivePage({ id }: PageProps) {
  const t = useStrings(liveStrings);
  const viva = useViva();
  const session = useQuery({
    queryKey: ['session', id],
    queryFn: () => viva.sessions.get.query({ sessionId: id }),
  });
  return (
    <Page title={t.title} lead={session.data ? firstLine(session.data.jobDescription) : placeholder}>
      <div className="live">
        {session.isPending && <Loading />}
        {session.isError && !session.data && (
          <ErrorNotice title={t.couldNotLoad} error={session.error} onRetry={() => void session.refetch()} />
        )}
        {session.data && <LiveConversation session={session.data} />}
      </div>
    </Page>
  );
}
