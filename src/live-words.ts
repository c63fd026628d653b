import { z } from 'zod';

const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session.started') }),
  z.object({ type: z.literal('transcript.delta'), text: z.string() }),
  z.object({ type: z.literal('transcript.corrected'), text: z.string() }),
  z.object({ type: z.literal('error') }),
  z.object({ type: z.literal('ended') }),
]);

export interface LiveWordsOptions {
  /** Told all words so far, each time there are more or others. They are provisional. */
  onWords: (text: string) => void;
  /** There will be no more words, whatever the reason: the recording is none of its business. */
  onEnd?: () => void;
}

/** Somebody who listens while an answer is recorded, and stores nothing. */
export interface LiveWordsListener {
  /** PCM, 16-bit little-endian, mono, 24 kHz. Dropped when it cannot be sent in time. */
  hear(pcm: ArrayBuffer): void;
  close(): void;
}

/** Five seconds of sound as base64: whoever is that far behind will not catch up with the speaker. */
const mostUnsent = 320_000;
/** Sound of the time before the server listens: two seconds. */
const mostEarly = 20;

function base64(pcm: ArrayBuffer): string {
  let binary = '';
  for (const byte of new Uint8Array(pcm)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Opens `mode: listen` on the conversation socket. Never throws: who cannot be heard live goes on without words. */
export function listenLive(
  url: URL,
  { questionId, token }: { questionId: string; token: Promise<string | undefined> },
  { onWords, onEnd }: LiveWordsOptions,
): LiveWordsListener {
  const socket = new WebSocket(url);
  let listening = false;
  let words = '';
  let over = false;
  const early: ArrayBuffer[] = [];

  const end = () => {
    if (over) return;
    over = true;
    socket.close();
    onEnd?.();
  };
  const send = (pcm: ArrayBuffer) => {
    if (socket.bufferedAmount < mostUnsent) {
      socket.send(JSON.stringify({ messageType: 'audio', audioData: base64(pcm) }));
    }
  };
  const take = (data: unknown) => {
    const event = eventSchema.safeParse(typeof data === 'string' ? JSON.parse(data) : null).data;
    switch (event?.type) {
      case 'session.started':
        listening = true;
        for (const pcm of early.splice(0)) send(pcm);
        break;
      case 'transcript.delta':
        words += event.text;
        onWords(words.trim());
        break;
      case 'transcript.corrected':
        words = event.text;
        onWords(words);
        break;
      case 'error':
      case 'ended':
        end();
    }
  };
  socket.addEventListener('open', async () => {
    const present = await token.catch(() => undefined); // without one the server refuses, and says so
    if (!over) socket.send(JSON.stringify({ action: 'start', mode: 'listen', questionId, token: present }));
  });
  socket.addEventListener('message', ({ data }) => over || take(data));
  socket.addEventListener('error', end);
  socket.addEventListener('close', end);

  return {
    hear(pcm) {
      if (over) return;
      if (listening) send(pcm);
      else if (early.push(pcm) > mostEarly) early.shift();
    },
    close() {
      over = true;
      socket.close();
    },
  };
}
