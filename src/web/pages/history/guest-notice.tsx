import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { SignInForm } from '../../components/sign-in-form.tsx';
import { useSessionState } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { historyStrings } from './strings.ts';

/** A guest's history hangs on this browser: how to keep it. */
export function GuestNotice() {
  const t = useStrings(historyStrings);
  const { user } = useSessionState();
  const [open, setOpen] = useState(false);
  if (user?.kind !== 'guest') return null;
  const close = () => setOpen(false);
  return (
    <>
      <Notice title={t.guestTitle} actions={<Button onClick={() => setOpen(true)}>{t.keep}</Button>}>
        <p>{t.guestText}</p>
      </Notice>
      <Dialog open={open} onClose={close} title={t.keep} dismissible>
        <SignInForm first="register" onDone={close} />
      </Dialog>
    </>
  );
}
