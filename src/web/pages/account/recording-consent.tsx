import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { User } from '../../../auth/schemas.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { useSession, useViva } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from '../interview/strings.ts';
import { accountPageStrings } from './strings.ts';

/** Whether one's voice may be stored: how it stands, the other way, and what was said before. */
export function RecordingConsent({ user }: { user: User }) {
  const t = useStrings(accountPageStrings);
  const interview = useStrings(interviewStrings);
  const { locale } = useLanguage();
  const session = useSession();
  const announce = useAnnounce();
  const queries = useQueryClient();
  const agreed = user.consentedAt !== null;
  const change = useMutation({
    mutationFn: (agree: boolean) => (agree ? session.consent() : session.withdrawConsent()),
    onSuccess(_, agree) {
      announce(agree ? t.given : t.withdrawn);
      return queries.invalidateQueries({ queryKey: ['consents'] });
    },
  });
  const since = user.consentedAt && new Date(user.consentedAt).toLocaleDateString(locale, { dateStyle: 'long' });
  return (
    <>
      <p className="account-state">{since ? t.agreedOn(since) : t.notAgreed}</p>
      <p>{agreed ? t.withdrawText : interview.consentText}</p>
      {change.isError && <ErrorNotice error={change.error} />}
      {/* One button, so that the focus stays where it is pressed. */}
      <Button busy={change.isPending} onClick={() => change.mutate(!agreed)}>
        {agreed ? t.withdraw : interview.agree}
      </Button>
      <Consents />
    </>
  );
}

/** What was agreed to and taken back, newest first. */
function Consents() {
  const t = useStrings(accountPageStrings);
  const { locale } = useLanguage();
  const viva = useViva();
  const { data = [] } = useQuery({
    queryKey: ['consents'],
    queryFn: () => viva.auth.consents.query(),
    staleTime: 0,
  });
  if (data.length === 0) return null;
  return (
    <details className="account-log">
      <summary>{t.log}</summary>
      <ol>
        {data.map(({ at, given, wording }) => (
          <li key={at}>
            <time dateTime={at}>
              {new Date(at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })}
            </time>
            <span>{given ? t.logGiven : t.logWithdrawn}</span>
            <span className="account-wording">{t.wording(wording)}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
