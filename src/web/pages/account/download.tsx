import { useMutation } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { save } from '../history/save.ts';
import { accountPageStrings } from './strings.ts';

/** Everything there is of this user, saved as one ZIP. */
export function Download() {
  const t = useStrings(accountPageStrings);
  const viva = useViva();
  const announce = useAnnounce();
  const download = useMutation({
    async mutationFn() {
      const response = await viva.exportAccount();
      const name = `viva-${new Date().toISOString().slice(0, 10)}.zip`;
      save(name, await response.blob());
      return name;
    },
    onSuccess: (name) => announce(t.saved(name)),
  });
  return (
    <>
      <p>{t.everythingText}</p>
      {download.isError && <ErrorNotice title={t.downloadFailed} error={download.error} />}
      <Button busy={download.isPending} onClick={() => download.mutate()}>
        {download.isPending ? t.downloading : t.download}
      </Button>
      {download.isSuccess && <p className="account-done">✓ {t.saved(download.data)}</p>}
    </>
  );
}
