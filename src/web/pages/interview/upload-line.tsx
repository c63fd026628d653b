import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { Progress } from '../../components/progress.tsx';
import { RefusalWords } from '../../components/server-words.tsx';
import { useRecordings } from '../../recording/recordings-context.ts';
import type { Upload } from '../../recording/uploads.ts';
import { refusalOf } from '../../session/refusals.ts';
import { useCommonStrings, useStrings } from '../../strings/strings.tsx';
import { useAddress } from './review.tsx';
import { interviewStrings } from './strings.ts';

/** A recording on its way: how far it is, that the connection is lost, or why the server did not take it. */
export function UploadLine({ upload }: { upload: Upload }) {
  const t = useStrings(interviewStrings);
  const { uploads } = useRecordings();
  const { status, sentBytes, totalBytes } = upload;
  if (status === 'refused') return <RefusedUpload upload={upload} />;
  if (status === 'lost') {
    const refusal = refusalOf(upload.error);
    return (
      <div role="status">
        <Notice kind="warn" title={t.lostTitle} actions={<Button onClick={uploads.tryNow}>{t.tryNow}</Button>}>
          <p>{t.lostText}</p>
          {refusal?.code && (
            <p>
              <RefusalWords code={refusal.code} message={refusal.message} />
            </p>
          )}
        </Notice>
      </div>
    );
  }
  const percent = totalBytes > 0 ? Math.floor((100 * sentBytes) / totalBytes) : 0;
  return (
    <Progress
      label={status === 'sending' ? t.sending : t.waiting}
      value={status === 'sending' ? percent : undefined}
      max={100}
      text={status === 'sending' ? t.sentShare(percent) : ''}
    />
  );
}

function RefusedUpload({ upload: { recording, error } }: { upload: Upload }) {
  const t = useStrings(interviewStrings);
  const common = useCommonStrings();
  const { uploads } = useRecordings();
  const address = useAddress(recording);
  const refusal = refusalOf(error);
  const actions = (
    <>
      <Button onClick={uploads.tryNow}>{common.tryAgain}</Button>
      {address && (
        <a href={address} download={`viva-${recording.startedAt.slice(0, 10)}`}>
          {t.saveFile}
        </a>
      )}
      <Button kind="quiet" onClick={() => void uploads.discard(recording.id)}>
        {t.discard}
      </Button>
    </>
  );
  return (
    <Notice kind="error" title={t.refusedTitle} actions={actions}>
      <p>{refusal?.code ? <RefusalWords code={refusal.code} message={refusal.message} /> : common.unexpected}</p>
    </Notice>
  );
}
