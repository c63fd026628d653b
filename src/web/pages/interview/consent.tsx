import { useMutation } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useSession } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from './strings.ts';

/** Asked for once, before the first recording, where it was not given at the start. */
export function Consent() {
  const t = useStrings(interviewStrings);
  const session = useSession();
  const consent = useMutation({ mutationFn: () => session.consent() });
  return (
    <>
      <h3>{t.consentTitle}</h3>
      <p>{t.consentText}</p>
      {consent.isError && <ErrorNotice error={consent.error} />}
      <Button kind="primary" busy={consent.isPending} onClick={() => consent.mutate()}>
        {t.agree}
      </Button>
    </>
  );
}
