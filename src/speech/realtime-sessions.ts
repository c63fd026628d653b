import type OpenAI from 'openai';
import { openRealtime, type RealtimeConnection } from '../models/realtime-connection.ts';
import type { RealtimeVoice } from '../models/realtime-voices.ts';

/** A session for one text after the other. */
export interface ReadingSession {
  connection: RealtimeConnection;
  /** Keeps it for the next text. Otherwise close the connection. */
  release(): void;
}

export interface ReadingSessions {
  /** One that is idle, or a new one. Throws what `openRealtime` throws. */
  take(model: string, voice: RealtimeVoice, signal: AbortSignal): Promise<ReadingSession>;
  /** Closes those that are idle. */
  close(): void;
}

/** How long a session waits for the next sentence, which is then spared a handshake. */
const idleMs = 10_000;
const mostIdle = 4;
/** A session lasts 60 minutes at most, and the next text must end within it. */
const youthMs = 50 * 60_000;

interface Idle {
  key: string;
  connection: RealtimeConnection;
  openedAtMs: number;
  timer: NodeJS.Timeout;
}

/** Realtime sessions that only read aloud. A voice cannot be changed once it has spoken: sessions go by model and voice. */
export function createReadingSessions(client: OpenAI, openingMs: number): ReadingSessions {
  const idle = new Set<Idle>();
  let closing = false;

  function leave(entry: Idle): void {
    idle.delete(entry);
    clearTimeout(entry.timer);
  }

  function keep(key: string, connection: RealtimeConnection, openedAtMs: number): void {
    const tooOld = performance.now() - openedAtMs > youthMs;
    if (closing || tooOld || idle.size >= mostIdle) {
      connection.close();
      return;
    }
    const end = () => {
      leave(entry);
      connection.close();
    };
    const entry: Idle = { key, connection, openedAtMs, timer: setTimeout(end, idleMs).unref() };
    idle.add(entry);
    connection.receive(({ event }) => {
      if (event.type === 'error') end();
    });
    void connection.closed.then(() => leave(entry));
  }

  function session(key: string, connection: RealtimeConnection, openedAtMs: number): ReadingSession {
    return { connection, release: () => keep(key, connection, openedAtMs) };
  }

  return {
    async take(model, voice, signal) {
      const key = `${model} ${voice}`;
      const entry = [...idle].findLast((one) => one.key === key);
      if (entry) {
        leave(entry);
        return session(key, entry.connection, entry.openedAtMs);
      }
      const openedAtMs = performance.now();
      const connection = await openRealtime({ client, query: { model }, signal, deadlineMs: openingMs });
      connection.send({ type: 'session.update', session: settings(voice) });
      return session(key, connection, openedAtMs);
    },
    close() {
      closing = true;
      for (const entry of [...idle]) {
        leave(entry);
        entry.connection.close();
      }
    },
  };
}

function settings(voice: RealtimeVoice): object {
  return {
    type: 'realtime',
    output_modalities: ['audio'],
    audio: { input: { turn_detection: null }, output: { format: { type: 'audio/pcm', rate: 24_000 }, voice } },
  };
}
