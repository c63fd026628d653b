import { refusalOf } from '../session/refusals.ts';
import { useSession } from '../session/session-context.tsx';
import { useStrings } from '../strings/strings.tsx';
import { accountStrings } from './account-strings.ts';
import { ErrorNotice } from './error-notice.tsx';
import { Page } from './page.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Stands in for every page while nobody is signed in; or says that the server cannot be reached. */
export function SignedOut({ error }: { error: unknown }) {
  const t = useStrings(accountStrings);
  const session = useSession();
  const refusal = refusalOf(error);
  const wantsSignIn = refusal?.status === 401 || refusal?.status === 403;
  if (!wantsSignIn) {
    return (
      <Page title={t.signInTitle}>
        <ErrorNotice error={error} onRetry={() => void session.ready().catch(() => undefined)} />
      </Page>
    );
  }
  return (
    <Page title={t.signInTitle} lead={t.signedOutText}>
      <SignInForm first="login" onDone={() => undefined} />
    </Page>
  );
}
