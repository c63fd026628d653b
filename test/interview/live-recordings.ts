import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LiveRecording } from '../../src/interview/live-recording/connection.ts';
import type { LiveRecordingEvent } from '../../src/interview/live-recording/events.ts';
import { startLiveRecording } from '../../src/interview/live-recording/live-recording.ts';
import type { PcmSpool } from '../../src/storage/pcm-spool.ts';
import { type Interview, seedInterview } from '../api/support/interviews.ts';
import { speechSamples } from '../offline/realtime-client.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

export const words = 'I led the migration of our payment service and reduced its error rate.';

/** 100 ms of sound in bytes, as clients send it. */
const pieceBytes = 4_800;

export interface Connection {
  recording: LiveRecording;
  events: LiveRecordingEvent[];
  /** The next event of this type, come or to come. */
  next<Type extends LiveRecordingEvent['type']>(type: Type): Promise<Extract<LiveRecordingEvent, { type: Type }>>;
  /** All of this type so far. */
  all<Type extends LiveRecordingEvent['type']>(type: Type): Extract<LiveRecordingEvent, { type: Type }>[];
  /** The words told so far. */
  told(): string;
  /** Sends it piece by piece, from this byte on. */
  hear(pcm: Uint8Array, from?: number): void;
  /** Resolves once so many bytes are acknowledged. */
  acknowledged(bytes: number): Promise<void>;
}

export async function startServer(environment: Record<string, string> = {}): Promise<Viva> {
  const server = await startViva(environment);
  onTestFinished(() => server.close());
  return server;
}

export interface Candidate {
  server: Viva;
  user: SignedIn;
  interview: Interview;
  questionId: string;
}

export async function someCandidate(server: Viva, options: { consent?: boolean } = {}): Promise<Candidate> {
  const user = await server.signIn(options);
  const interview = await seedInterview(server, user.userId);
  return { server, user, interview, questionId: interview.questionIds[0] };
}

const isType =
  <Type extends LiveRecordingEvent['type']>(type: Type) =>
  (event: LiveRecordingEvent): event is Extract<LiveRecordingEvent, { type: Type }> =>
    event.type === type;

/** Records over a new connection, as somebody. */
export async function connect(
  { server, user }: Pick<Candidate, 'server' | 'user'>,
  what: { questionId: string } | { recordingId: string },
  settings: Partial<Viva['deps']['product']['liveRecording']> = {},
  spool: PcmSpool = server.deps.product.spool,
): Promise<Connection> {
  const events: LiveRecordingEvent[] = [];
  const arrived = new EventTarget();
  const { product } = server.deps;
  const deps = { ...product, spool, liveRecording: { ...product.liveRecording, acknowledgeEveryMs: 20, ...settings } };
  const recording = await startLiveRecording({ deps, userId: user.userId }, what, (event) => {
    events.push(event);
    arrived.dispatchEvent(new Event('event'));
  });
  let taken = 0;
  const until = async (there: () => boolean) => {
    while (!there()) await once(arrived, 'event');
  };
  return {
    recording,
    events,
    all: (type) => events.filter(isType(type)),
    told: () =>
      events
        .filter(isType('transcript-delta'))
        .map(({ text }) => text)
        .join(''),
    async next(type) {
      for (;;) {
        const index = events.findIndex((event, place) => place >= taken && event.type === type);
        const found = events[index];
        if (found && isType(type)(found)) {
          taken = index + 1;
          return found;
        }
        await once(arrived, 'event');
      }
    },
    hear(pcm, from = 0) {
      for (let start = from; start < pcm.length; start += pieceBytes) {
        recording.hear(pcm.subarray(start, start + pieceBytes));
      }
    },
    acknowledged: (bytes) => until(() => (events.findLast(isType('acknowledged'))?.bytes ?? 0) >= bytes),
  };
}

/** What the offline voice says, as a microphone would hear it. */
export async function spoken({ upstream }: Viva, text = words): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await speechSamples(upstream, text);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The samples of the only answer, from its file; fails when it is no WAV file of exactly these. */
export async function storedPcm({ audioPath, deps }: Viva, questionId: string): Promise<Buffer> {
  const [answer, ...more] = await deps.db.prisma.answer.findMany({ where: { questionId }, include: { audio: true } });
  if (!answer?.audio || more.length > 0) throw new Error(`there are ${more.length + 1} answers`);
  const file = await readFile(join(audioPath, answer.audio.storageKey));
  const dataBytes = file.readUInt32LE(40);
  if (file.toString('latin1', 36, 40) !== 'data' || file.readUInt32LE(4) !== file.length - 8) throw new Error('no WAV');
  return file.subarray(44, 44 + dataBytes);
}
