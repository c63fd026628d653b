import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, vi } from 'vitest';
import { seedInterview } from '../../api/support/interviews.ts';
import { type SignedIn, startViva, type Viva } from '../../support/viva.ts';
import { idIn, type Sender, senderOf } from './resumable.ts';

export const maxBytes = 1_000_000;
export const origin = 'https://app.example';

/** A server for the tests of a file, and for each of them somebody with a question to answer. */
export interface ResumableWorld {
  server: Viva;
  user: SignedIn;
  questionId: string;
  sender: Sender;
  answers(): Promise<{ id: string }[]>;
  /** Waits until the server has written so much of it. */
  written(path: string, bytes: number): Promise<void>;
  /** Puts all of it on the disk, and does nothing else: as a kill leaves it. */
  putWhole(path: string, bytes: Uint8Array): Promise<void>;
  /** Of uploads that have not arrived whole. */
  parts(): Promise<string[]>;
  /** Nothing of an upload is left but the answer it became. */
  expectNoParts(): Promise<void>;
}

export function resumableWorld(): ResumableWorld {
  let server: Viva;
  let user: SignedIn;
  let questionId: string;
  beforeAll(async () => {
    server = await startViva({ MAX_AUDIO_FILE_SIZE: String(maxBytes), CORS_ORIGINS: origin });
  });
  afterAll(() => server?.close());
  beforeEach(async () => {
    user = await server.signIn();
    questionId = (await seedInterview(server, user.userId)).questionIds[0];
  });
  const names = (folder: string) => readdir(join(server.audioPath, folder)).catch(() => []);
  const parts = () => server.deps.product.partials;
  return {
    get server() {
      return server;
    },
    get user() {
      return user;
    },
    get questionId() {
      return questionId;
    },
    get sender() {
      return senderOf(server.url, user.token);
    },
    answers: () => server.deps.db.prisma.answer.findMany({ where: { questionId } }),
    written: (path, bytes) =>
      vi.waitFor(async () => expect(await parts().bytes(idIn(path))).toBe(bytes), { timeout: 10_000 }),
    async putWhole(path, bytes) {
      await parts().append(idIn(path), 0, Readable.from([bytes]));
    },
    parts: () => names('uploads'),
    expectNoParts: () =>
      vi.waitFor(async () => expect([await names('uploads'), await names('tmp')]).toEqual([[], []]), {
        timeout: 10_000,
      }),
  };
}
