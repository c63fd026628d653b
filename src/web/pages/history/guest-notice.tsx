import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { SignInForm } from '../../components/sign-in-form.tsx';
import { useSessionState } from '../../session/session-context.tsx';
import { useCommonStrings, useStrings } from '../../strings/strings.tsx';
import { historyStrings } from './strings.ts';

/** A guest's history hangs on this browser: how to keep it. */
export function GuestNotice() {
  const t = useStrings(historyStrings);
  const common = useCommonStrings();
  const { user } = useSessionState();
  const [open, setOpen] = useState(false);
  if (user?.kind !== 'guest') return null;
  const close = () => setOpen(false);
  return (
    <>
      <Notice title={t.guestTitle} actions={<Button onClick={() => setOpen(true)}>{t.keep}</Button>}>
        <p>{t.guestText}</p>
      </Notice>
      <Dialog open={open} onClose={close} title={t.keep}>
        <SignInForm first="register" onDone={close} />
        <div className="actions">
          <Button onClick={close}>{common.close}</Button>
        </div>
      </Dialog>
    </>
  );
}
