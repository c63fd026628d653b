import { useEffect, useState } from 'react';
import { AudioPlayer } from '../../components/audio-player.tsx';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { useRecordings } from '../../recording/recordings-context.ts';
import type { UnsentRecording } from '../../recording/unsent-recording.ts';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from './strings.ts';

/** A recording before it is sent: listen to it, send it, or throw it away. */
export function Review({
  recording,
  resumed,
  onChange,
}: {
  recording: UnsentRecording;
  /** From an earlier visit, or from before a reload. */
  resumed: boolean;
  onChange: () => Promise<void>;
}) {
  const t = useStrings(interviewStrings);
  const { locale } = useLanguage();
  const { store, uploads } = useRecordings();
  const [leaving, setLeaving] = useState(false);
  const address = useAddress(recording);
  const when = new Date(recording.startedAt).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const leave = async (how: () => Promise<void>) => {
    setLeaving(true);
    await how();
    await onChange();
  };
  return (
    <div className="review">
      <h3>{resumed ? t.resumedTitle : t.reviewTitle}</h3>
      {address && <AudioPlayer src={address} label={t.listen} durationMs={recording.durationMs} />}
      <p className="quiet">{t.recordedAt(when)}</p>
      {!store.isDurable() && <Notice kind="warn" title={t.notDurable} />}
      <div className="actions">
        <Button kind="primary" busy={leaving} onClick={() => leave(() => uploads.submit(recording))}>
          {t.send}
        </Button>
        <Button busy={leaving} onClick={() => leave(() => store.remove(recording.id))}>
          {t.recordOver}
        </Button>
      </div>
    </div>
  );
}

/** A `blob:` address of the recording, for as long as it is shown. */
export function useAddress(recording: UnsentRecording): string | null {
  const { store } = useRecordings();
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let shown = true;
    void store.read(recording).then((file) => {
      if (!file || !shown) return;
      made = URL.createObjectURL(file);
      setAddress(made);
    });
    return () => {
      shown = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [store, recording]);
  return address;
}
