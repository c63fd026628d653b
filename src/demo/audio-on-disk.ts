import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { kilobytes, type Report } from './report.ts';

export type AudioKind = 'questions' | 'answers' | 'replies';

/** Lists what lies in these folders of an audio storage. Throws when nothing does: an interview leaves its audio there. */
export async function tellAudioFiles(folder: string, kinds: readonly AudioKind[], report: Report): Promise<void> {
  let files = 0;
  for (const kind of kinds) {
    const path = join(folder, kind);
    const names = (await readdir(path)).filter((name) => !name.startsWith('.'));
    files += names.length;
    for (const name of names.sort()) {
      report.detail(`${join(kind, name)}  ${kilobytes((await stat(join(path, name))).size)}`);
    }
  }
  if (files === 0) throw new Error(`No audio was found in ${folder}.`);
}
