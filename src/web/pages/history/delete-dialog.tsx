import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useCommonStrings, useLanguage, useStrings } from '../../strings/strings.tsx';
import { type PastSession, titleOf } from './past-session.ts';
import { historyStrings } from './strings.ts';

export function DeleteDialog({ session, onClose }: { session: PastSession | null; onClose: () => void }) {
  const t = useStrings(historyStrings);
  const common = useCommonStrings();
  const { locale } = useLanguage();
  const viva = useViva();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const remove = useMutation({
    mutationFn: (sessionId: string) => viva.sessions.delete.mutate({ sessionId }),
    async onSuccess(_, sessionId) {
      queries.removeQueries({ queryKey: ['session', sessionId] });
      await queries.invalidateQueries({ queryKey: ['history'] });
      announce(t.deleted);
      onClose();
    },
  });
  const close = () => {
    remove.reset();
    onClose();
  };
  return (
    <Dialog open={session !== null} onClose={close} title={t.deleteTitle}>
      {session && (
        <>
          <p>
            {t.deleteText(
              titleOf(session),
              new Date(session.createdAt).toLocaleDateString(locale, { dateStyle: 'long' }),
            )}
          </p>
          {remove.isError && <ErrorNotice title={t.deleteFailed} error={remove.error} />}
          <div className="actions">
            {/* First, so that it has the focus: what cannot be undone takes one step more. */}
            <Button onClick={close}>{common.cancel}</Button>
            <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate(session.id)}>
              {t.deleteNow}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
