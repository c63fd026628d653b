import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { exchange } from './support/exchange.ts';
import { startServerProcess } from './support/server-process.ts';

const size = 50_000_000;
const atOnce = 8;

test.skipIf(!existsSync('/proc/self/clear_refs'))(
  'eight uploads of 50 MB at once grow the memory by less than 50 MB',
  { timeout: 90_000 },
  async () => {
    await using server = await startServerProcess();
    const { token } = await createVivaClient({ url: server.url }).auth.guest.mutate();
    const viva = createVivaClient({ url: server.url, token });
    await viva.auth.consent.mutate();
    const { questions } = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: atOnce });
    const second = wav(speechLike(1_000));
    const sound = second.subarray(44);

    /** A recording of `bytes`, written as it is sent: the same second over and over, with a mark of its own. */
    const upload = async (questionId: string, bytes: number, mark: number) => {
      const header = wav(new Float32Array(0), { dataBytes: bytes - 44, riffBytes: bytes - 8 });
      const [open, close] = [
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n',
        '\r\n--b--\r\n',
      ];
      const first = Buffer.from(sound);
      first.writeInt16LE(mark, 0);
      function* body() {
        yield Buffer.from(open);
        yield header;
        let left = bytes - header.length;
        yield first.subarray(0, Math.min(left, first.length));
        left -= Math.min(left, first.length);
        for (; left > 0; left -= Math.min(left, sound.length)) yield sound.subarray(0, left);
        yield Buffer.from(close);
      }
      const answer = await exchange(server.url, `/upload/answers/${questionId}`, {
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'multipart/form-data; boundary=b',
          'content-length': String(open.length + bytes + close.length),
        },
        body: body(),
      });
      expect(answer.body.toString()).toContain(`"bytes":${bytes}`);
      return answer.status;
    };
    const round = (bytes: number, mark: number) => Promise.all(questions.map(({ id }) => upload(id, bytes, mark)));

    // Warm: what it keeps for good, it has after its first small and large ones.
    for (let warming = 1; warming <= 3; warming++) await round(1_000_000, warming);
    for (const { id } of questions.slice(0, 2)) await upload(id, size, 8);
    const before = await server.residentBytes();
    await server.forgetPeak();
    expect(await round(size, 9)).toEqual(Array(atOnce).fill(201));
    const grown = (await server.peakBytes()) - before;
    expect(grown).toBeLessThan(50_000_000);
  },
);
