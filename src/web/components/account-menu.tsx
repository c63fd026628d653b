import { useState } from 'react';
import { Link } from '../router/link.tsx';
import { useSessionState } from '../session/session-context.tsx';
import { useStrings } from '../strings/strings.tsx';
import { accountStrings } from './account-strings.ts';
import { Dialog } from './dialog.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** A guest is offered an account; everybody finds the way to what is kept of them. */
export function AccountMenu() {
  const t = useStrings(accountStrings);
  const { user, status } = useSessionState();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  if (status === 'signed-out') return null;
  const guest = user?.kind === 'guest';
  return (
    <>
      {/* Before it is known who this is, it keeps the place of what most visitors see. */}
      <div className={user ? 'masthead-account' : 'masthead-account masthead-unknown'}>
        {(guest || !user) && (
          <button type="button" disabled={!user} onClick={() => setOpen(true)}>
            {t.keep}
          </button>
        )}
        <Link to="/account">{guest || !user ? t.data : t.account}</Link>
      </div>
      <Dialog open={open} onClose={close} title={t.keepTitle} dismissible>
        <p>{t.keepText}</p>
        <SignInForm first="register" onDone={close} />
      </Dialog>
    </>
  );
}
