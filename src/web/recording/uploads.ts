import type { VivaClient } from '../../client.ts';
import type { AnswerView } from '../../interview/schemas.ts';
import { refusalOf } from '../session/refusals.ts';
import { abortWhenSilent } from './silence.ts';
import type { UnsentRecording } from './unsent-recording.ts';
import type { UnsentStore } from './unsent-store.ts';

/** A recording on its way to the server. */
export interface Upload {
  recording: UnsentRecording;
  /** `lost`: there is no connection, and it is tried again. `refused`: somebody has to decide. */
  status: 'waiting' | 'sending' | 'lost' | 'refused';
  sentBytes: number;
  totalBytes: number;
  /** Of the last try. */
  error: unknown;
}

export interface Uploads {
  list(): readonly Upload[];
  subscribe(listener: () => void): () => void;
  /** Called with each answer that the server has acknowledged. */
  onAccepted(listener: (answer: AnswerView) => void): () => void;
  /** Sends a recording, now or as soon as there is a connection, in this visit or the next. */
  submit(recording: UnsentRecording): Promise<void>;
  /** Takes up what an earlier visit, or another user, could not send. */
  resume(): Promise<void>;
  tryNow(): void;
  discard(recordingId: string): Promise<void>;
  /** Everything that this browser keeps, sent or not. */
  discardAll(): Promise<void>;
}

const shortestWaitMs = 1_000;
const longestWaitMs = 30_000;

/** What another try may mend: no connection, a server that starts or is busy, another tab that sends the same. */
function mayArriveLater(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (!refusal) return false;
  return refusal.status === null || [408, 423, 425, 429].includes(refusal.status) || refusal.status >= 500;
}

/** One at a time, oldest first. Every try goes on from what the server has, also after a reload: one take comes of all. */
export function createUploads(uploadAnswer: VivaClient['uploadAnswerResumable'], store: UnsentStore): Uploads {
  // Stopped before it sends anything: it loads what sends, which must be here when the connection is not.
  uploadAnswer('', new Blob(), { signal: AbortSignal.abort() }).catch(() => undefined);
  const listeners = new Set<() => void>();
  const accepting = new Set<(answer: AnswerView) => void>();
  let uploads: readonly Upload[] = [];
  let sending: AbortController | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const publish = (next: readonly Upload[]) => {
    uploads = next;
    for (const listener of listeners) listener();
  };
  const change = (id: string, part: Partial<Upload>) =>
    publish(uploads.map((upload) => (upload.recording.id === id ? { ...upload, ...part } : upload)));
  const add = (recording: UnsentRecording) => {
    if (uploads.some((upload) => upload.recording.id === recording.id)) return;
    publish([...uploads, { recording, status: 'waiting', sentBytes: 0, totalBytes: 0, error: null }]);
  };
  const drop = async (id: string) => {
    await store.remove(id);
    publish(uploads.filter(({ recording }) => recording.id !== id));
  };

  /** Nothing is kept of one that was thrown away meanwhile. */
  const keepUrl = (id: string, uploadUrl: string) => {
    const known = uploads.find(({ recording }) => recording.id === id)?.recording;
    if (!known || known.uploadUrl === uploadUrl) return;
    const recording = { ...known, uploadUrl };
    change(id, { recording });
    void store.put(recording);
  };

  async function send(recording: UnsentRecording, signal: AbortSignal, heard: () => void): Promise<void> {
    const { id, questionId, uploadUrl } = recording;
    const file = await store.read(recording);
    if (!file) return drop(id);
    change(id, { status: 'sending', sentBytes: 0, totalBytes: file.size, error: null });
    const answer = await uploadAnswer(questionId, file, {
      signal,
      resumeFrom: uploadUrl,
      onUploadUrl(url) {
        heard();
        keepUrl(id, url);
      },
      fileName: `answer.${recording.mimeType.includes('mp4') ? 'm4a' : recording.mimeType.includes('ogg') ? 'ogg' : 'webm'}`,
      onProgress(sentBytes, totalBytes) {
        heard();
        change(id, { sentBytes, totalBytes });
      },
    });
    for (const listener of accepting) listener(answer);
    await drop(id);
  }

  /** Sends what waits until nothing does, or the connection is lost: then a timer or the browser begins again. */
  async function run(): Promise<void> {
    clearTimeout(timer);
    if (sending) return;
    const next = uploads.find(({ status }) => status === 'waiting' || status === 'lost');
    if (!next) return;
    const { recording } = next;
    const control = new AbortController();
    sending = control;
    const silence = abortWhenSilent(control);
    try {
      await send(recording, control.signal, silence.heard);
      failures = 0;
    } catch (error) {
      const later = control.signal.aborted || mayArriveLater(error);
      change(recording.id, { status: later ? 'lost' : 'refused', error });
      if (later) {
        failures += 1;
        const waitMs = Math.min(longestWaitMs, shortestWaitMs * 2 ** (failures - 1));
        timer = setTimeout(() => void run(), waitMs * (0.75 + Math.random() / 2));
        return;
      }
    } finally {
      silence.end();
      sending = null;
    }
    void run();
  }

  const tryNow = () => {
    failures = 0;
    for (const { recording, status } of uploads) if (status === 'refused') change(recording.id, { status: 'waiting' });
    void run();
  };
  window.addEventListener('online', tryNow);
  // What is under way would only find out minutes later.
  window.addEventListener('offline', () => sending?.abort());

  return {
    list: () => uploads,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onAccepted(listener) {
      accepting.add(listener);
      return () => accepting.delete(listener);
    },
    async submit(recording) {
      const submitted = { ...recording, stage: 'submitted' as const };
      await store.put(submitted);
      add(submitted);
      void run();
    },
    async resume() {
      for (const recording of await store.list()) if (recording.stage === 'submitted') add(recording);
      tryNow();
    },
    tryNow,
    discard: drop,
    async discardAll() {
      sending?.abort();
      for (const { id } of await store.list()) await drop(id);
    },
  };
}
