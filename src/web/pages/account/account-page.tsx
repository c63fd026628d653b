import { useMutation, useQueryClient } from '@tanstack/react-query';
import { accountStrings } from '../../components/account-strings.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Page } from '../../components/page.tsx';
import { SignInForm } from '../../components/sign-in-form.tsx';
import { navigate } from '../../router/location.ts';
import { useSession, useSessionState } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { Section } from '../start/section.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { Download } from './download.tsx';
import { RecordingConsent } from './recording-consent.tsx';
import { accountPageStrings } from './strings.ts';
import './account.css';

/** Who one is here, and what one may do about what the server keeps: hear of it, take it along, take it back. */
export function AccountPage() {
  const t = useStrings(accountPageStrings);
  const { user } = useSessionState();
  if (!user) {
    return (
      <Page title={t.title} wide>
        <Loading />
      </Page>
    );
  }
  return (
    <Page title={user.kind === 'guest' ? t.title : t.accountTitle} lead={t.lead} wide>
      <Section numeral="I" title={t.you} note={user.kind === 'guest' ? t.guestNote : t.youNote}>
        <SignedInAs />
      </Section>
      <Section numeral="II" title={t.consent} note={t.consentNote}>
        <RecordingConsent user={user} />
      </Section>
      <Section numeral="III" title={t.everything} note={t.everythingNote}>
        <Download />
      </Section>
      <Section numeral="IV" title={t.leaving} note={t.leavingNote}>
        <DeleteAccount registered={user.kind === 'registered'} guest={user.kind === 'guest'} />
      </Section>
    </Page>
  );
}

/** A guest is offered an account; an account can be left. Another identity provider's users sign out there. */
function SignedInAs() {
  const t = useStrings(accountStrings);
  const session = useSession();
  const queries = useQueryClient();
  const { user } = useSessionState();
  const signOut = useMutation({
    async mutationFn() {
      await session.logout();
      await session.ready();
      navigate('/');
      await queries.resetQueries();
    },
  });
  if (!user) return null;
  if (user.kind === 'guest') {
    return (
      <div className="account-form">
        <p>{t.keepText}</p>
        <SignInForm first="register" onDone={() => undefined} />
      </div>
    );
  }
  return (
    <>
      <p>
        {t.signedInAs(user.name ?? user.email ?? '')}. {t.signedInText}
      </p>
      {signOut.isError && <ErrorNotice error={signOut.error} />}
      {user.kind === 'registered' && (
        <Button busy={signOut.isPending} onClick={() => signOut.mutate()}>
          {t.signOut}
        </Button>
      )}
    </>
  );
}
