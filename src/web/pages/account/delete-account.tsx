import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { accountStrings } from '../../components/account-strings.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { useRecordings } from '../../recording/recordings-context.ts';
import { navigate } from '../../router/location.ts';
import { useSession } from '../../session/session-context.tsx';
import { useCommonStrings, useStrings } from '../../strings/strings.tsx';
import { accountPageStrings } from './strings.ts';

/** Deletes everything, once it was asked whether that is meant. Whoever has a password gives it again. */
export function DeleteAccount({ registered, guest }: { registered: boolean; guest: boolean }) {
  const t = useStrings(accountPageStrings);
  const account = useStrings(accountStrings);
  const common = useCommonStrings();
  const session = useSession();
  const { uploads } = useRecordings();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState('');
  const remove = useMutation({
    async mutationFn() {
      const deleted = await session.deleteAccount(registered ? password : undefined);
      await uploads.discardAll();
      // Also where no guest is let in: the account is gone all the same.
      await session.ready().catch(() => undefined);
      return deleted;
    },
    onSuccess: () => announce(t.deletedTitle, { assertive: true }),
  });
  const close = () => {
    setOpen(false);
    setPassword('');
    if (!remove.isSuccess) return remove.reset();
    navigate('/');
    void queries.resetQueries();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!remove.isPending) remove.mutate();
  };
  const title = guest ? t.deleteGuestTitle : t.deleteTitle;
  return (
    <>
      <p>{guest ? t.deleteGuestText : t.deleteText}</p>
      <Button kind="danger" onClick={() => setOpen(true)}>
        {guest ? t.deleteGuest : t.delete}
      </Button>
      <Dialog open={open} onClose={close} title={remove.isSuccess ? t.deletedTitle : title}>
        {remove.isSuccess ? (
          <Deleted text={t.deletedText(remove.data.sessions, remove.data.answers)} onClose={close} />
        ) : (
          <form onSubmit={submit} noValidate>
            <p>{t.deleteSure}</p>
            {registered && (
              <Field label={account.password} hint={t.passwordAgain}>
                {(control) => (
                  <input
                    {...control}
                    type="password"
                    autoComplete="current-password"
                    value={password}
                    onChange={(event) => setPassword(event.target.value)}
                  />
                )}
              </Field>
            )}
            {remove.isError && <ErrorNotice title={t.deleteFailed} error={remove.error} />}
            <div className="actions">
              {/* First, so that it has the focus: what cannot be undone takes one step more. */}
              <Button onClick={close}>{common.cancel}</Button>
              <Button kind="danger" type="submit" busy={remove.isPending}>
                {t.deleteNow}
              </Button>
            </div>
          </form>
        )}
      </Dialog>
    </>
  );
}

/** What is gone. Takes the focus, which was in what it replaces. */
function Deleted({ text, onClose }: { text: string; onClose: () => void }) {
  const t = useStrings(accountPageStrings);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <>
      <p>{text}</p>
      <div className="actions">
        <Button ref={button} kind="primary" onClick={onClose}>
          {t.startAfresh}
        </Button>
      </div>
    </>
  );
}
