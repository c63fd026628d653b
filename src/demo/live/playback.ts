import type { VivaClient } from '../../client.ts';
import { durationOf } from '../question-audio.ts';
import { measureMp3 } from './one-mp3.ts';

/** A reply that arrives while it is still being spoken. It is fetched once. */
export interface Playback {
  /** When the first byte arrived, in milliseconds of this process's clock. Rejects as `heard` does. */
  firstByteAt: Promise<number>;
  /** Rejects, saying what is wrong, unless the whole is one MP3 that can be played. */
  heard: Promise<HeardReply>;
}

export interface HeardReply {
  bytes: number;
  durationMs: number;
  /** When the last byte arrived. */
  endedAt: number;
}

export function play(client: VivaClient, audioUrl: string): Playback {
  const firstByte = Promise.withResolvers<number>();
  const heard = download(client, audioUrl, firstByte.resolve);
  heard.catch(firstByte.reject);
  // It may fail while nobody waits for it; whoever waits next is told.
  firstByte.promise.catch(() => undefined);
  return { firstByteAt: firstByte.promise, heard };
}

async function download(client: VivaClient, url: string, begun: (at: number) => void): Promise<HeardReply> {
  const response = await client.fetchAudio(url);
  const contentType = response.headers.get('content-type');
  if (contentType !== 'audio/mpeg') throw new Error(`A reply is sent as ${contentType} instead of audio/mpeg.`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) {
    begun(performance.now());
    chunks.push(chunk);
  }
  const endedAt = performance.now();
  const bytes = new Uint8Array(Buffer.concat(chunks));
  const durationMs = measureMp3(bytes);
  const playedMs = await durationOf(bytes);
  if (Math.abs(playedMs - durationMs) > durationMs / 100 + 100) {
    throw new Error(`A reply holds ${Math.round(durationMs)} ms of sound, but plays for ${Math.round(playedMs)} ms.`);
  }
  return { bytes: bytes.length, durationMs, endedAt };
}
