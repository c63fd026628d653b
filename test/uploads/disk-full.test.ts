import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf, leftBehind } from './support/candidate.ts';
import { recordingForm } from './support/forms.ts';

/** A file system of its own, or null where mounting is not allowed. */
function mountSmall(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'viva-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmdirSync(folder);
    return null;
  }
}
const disk = process.platform === 'linux' ? mountSmall() : null;

describe.skipIf(!disk)('a disk that is full', () => {
  const folder = disk ?? '';
  let server: Viva;
  let candidate: Candidate;
  beforeAll(async () => {
    server = await startViva({ AUDIO_STORAGE_PATH: folder });
    candidate = await candidateOf(server);
  });
  afterAll(async () => {
    await server?.close();
    execFileSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  });
  const left = () => leftBehind({ audioPath: folder, deps: server.deps });
  const fill = async (leaving: number) => {
    const { bavail, bsize } = await statfs(folder);
    await writeFile(join(folder, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - leaving)));
  };

  it.each([
    ['no room at all', 0],
    ['room for a part of it', 100_000],
  ])('%s: 507, nothing stays, reading goes on; with room again, so does recording', async (_what, leaving) => {
    const seconds = leaving / 100_000 + 2;
    const kept = JSON.parse((await candidate.upload(recordingForm(wav(speechLike(seconds * 1000))))).body.toString());
    const before = await left();
    await fill(leaving);
    const sent = recordingForm(wav(speechLike(seconds * 1000 + 500)));
    const answer = await candidate.upload(sent);
    expect({ status: answer.status, code: answer.code() }).toEqual({ status: 507, code: 'storage_full' });
    expect(await left()).toEqual(before);
    const played = await candidate.fetch(kept.audio.url);
    expect({ status: played.status, bytes: (await played.bytes()).length }).toEqual({
      status: 200,
      bytes: kept.audio.bytes,
    });
    await rm(join(folder, 'ballast'));
    expect((await candidate.upload(sent)).status).toBe(201);
  });
});
