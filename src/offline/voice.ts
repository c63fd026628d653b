import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Utterance } from './voice-characters.ts';
import type { VoiceMessage } from './voice-worker.ts';

/** Hz, mono, 16-bit. */
export const voiceSampleRate = 24_000;

/** About 100 ms of sound, and the words that begin within it, with the space before them. */
export interface SpokenPiece {
  samples: Int16Array<ArrayBuffer>;
  words: string;
}

export interface OfflineVoice {
  /** Samples as they are synthesised. Throws `AbortError` when the signal fires. */
  speak(utterance: Utterance, signal: AbortSignal): AsyncGenerator<Int16Array<ArrayBuffer>>;
  /** As `speak`, with the words beside the samples. */
  speakWithWords(utterance: Utterance, signal: AbortSignal): AsyncGenerator<SpokenPiece>;
  close(): Promise<void>;
}

/** espeak-ng blocks its thread, so it runs in at most `size` workers, started when first needed. */
export function createOfflineVoice(size = 2): OfflineVoice {
  const closing = new AbortController();
  const idle: Worker[] = [];
  const alive = new Set<Worker>();
  const queue: (() => void)[] = [];
  let busy = 0;

  function startWorker(): Worker {
    const worker = new Worker(new URL('./voice-worker.ts', import.meta.url), { execArgv: [] });
    worker.unref();
    alive.add(worker);
    worker.once('exit', () => {
      alive.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    });
    return worker;
  }

  async function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (busy < size) {
      busy++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const admit = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        queue.splice(queue.indexOf(admit), 1);
        reject(signal.reason);
      };
      queue.push(admit);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  function exit(): void {
    const next = queue.shift();
    if (next) next();
    else busy--;
  }

  async function* speakWithWords(utterance: Utterance, callerSignal: AbortSignal): AsyncGenerator<SpokenPiece> {
    const signal = AbortSignal.any([callerSignal, closing.signal]);
    await enter(signal);
    const worker = idle.pop() ?? startWorker();
    let finished = false;
    try {
      const messages = on(worker, 'message', { signal });
      worker.postMessage(utterance);
      for await (const [received] of messages) {
        const message: VoiceMessage = received;
        if ('ended' in message) {
          finished = true;
          return;
        }
        yield message;
      }
    } finally {
      // A worker that was interrupted is still talking and cannot listen: it is replaced.
      if (finished) idle.push(worker);
      else await worker.terminate();
      exit();
    }
  }

  return {
    speakWithWords,
    async *speak(utterance, signal) {
      for await (const { samples } of speakWithWords(utterance, signal)) yield samples;
    },
    async close() {
      closing.abort();
      await Promise.all([...alive].map((worker) => worker.terminate()));
    },
  };
}
