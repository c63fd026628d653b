import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { navigate } from '../router/location.ts';
import { useSession, useSessionState } from '../session/session-context.tsx';
import { useCommonStrings, useStrings } from '../strings/strings.tsx';
import { accountStrings } from './account-strings.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Who is signed in. A guest is offered an account; an account can be left. */
export function AccountMenu() {
  const t = useStrings(accountStrings);
  const common = useCommonStrings();
  const session = useSession();
  const queries = useQueryClient();
  const { user } = useSessionState();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const signOut = useMutation({
    async mutationFn() {
      await session.logout();
      await session.ready();
      navigate('/');
      await queries.resetQueries();
    },
    onSuccess: close,
  });
  // Another identity provider's users sign in and out there.
  if (!user || user.kind === 'external') return null;
  const guest = user.kind === 'guest';
  return (
    <>
      <button type="button" className="masthead-account" onClick={() => setOpen(true)}>
        {guest ? t.keep : t.account}
      </button>
      <Dialog open={open} onClose={close} title={guest ? t.keepTitle : t.signedInAs(user.name ?? user.email ?? '')}>
        <p>{guest ? t.keepText : t.signedInText}</p>
        {guest ? (
          <SignInForm first="register" onDone={close} />
        ) : (
          <>
            {signOut.isError && <ErrorNotice error={signOut.error} />}
            <Button busy={signOut.isPending} onClick={() => signOut.mutate()}>
              {t.signOut}
            </Button>
          </>
        )}
        <div className="actions">
          <Button onClick={close}>{common.close}</Button>
        </div>
      </Dialog>
    </>
  );
}
