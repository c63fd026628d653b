import { useEffect } from 'react';
import type { SessionView } from '../../../interview/schemas.ts';
import { useReadiness } from '../../components/demo-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Notice } from '../../components/notice.tsx';
import { useConversation } from '../../conversation/use-conversation.ts';
import { Link } from '../../router/link.tsx';
import { navigate } from '../../router/location.ts';
import { useStrings } from '../../strings/strings.tsx';
import { Dock } from './dock.tsx';
import { JoinPanel } from './join-panel.tsx';
import { Script } from './script.tsx';
import { SpokenLog } from './spoken-log.tsx';
import { liveStrings } from './strings.ts';
import { useFollowedEnd } from './use-followed-end.ts';
import { useLeaveWarning } from './use-leave-warning.ts';

/** What was said, and the way to say more; leads to the results once the interviewer has taken leave. */
export function LiveConversation({ session }: { session: SessionView }) {
  const t = useStrings(liveStrings);
  const { conversation, state } = useConversation(session.id);
  const { transcript, joined, speaking, connection } = state;
  // Not before it is known what can be offered: nothing jumps when it comes.
  const { isPending: asking } = useReadiness();
  const over = transcript.over || session.state === 'ended';
  const leaving = joined && transcript.over && !speaking;
  useEffect(() => {
    if (leaving) navigate(`/results/${session.id}`);
  }, [leaving, session.id]);
  useFollowedEnd(joined, transcript);
  useLeaveWarning(state.hearing || (state.unkept && (state.sending || state.unsent !== null)));

  if (state.refused !== null) return <ErrorNotice title={t.couldNotLoad} error={state.refused} />;
  return (
    <>
      {(asking || connection === 'connecting') && transcript.exchanges.length === 0 && <Loading label={t.catchingUp} />}
      <Script state={state} language={session.language} onHearAgain={conversation.hearAgain} />
      {joined && <SpokenLog transcript={transcript} language={session.language} />}
      {!joined && over && (
        <Notice
          title={t.over}
          actions={
            <Link className="button button-plain" to={`/results/${session.id}`}>
              {t.toResults}
            </Link>
          }
        >
          <p>{t.overText}</p>
        </Notice>
      )}
      {!joined && !over && !asking && connection !== 'connecting' && (
        <JoinPanel conversation={conversation} state={state} />
      )}
      {joined && <Dock conversation={conversation} state={state} session={session} />}
    </>
  );
}
