import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mimeTypes, supportedFormats } from '../speech/formats.ts';
import { UsageError } from './flags.ts';

const samplesFolder = fileURLToPath(new URL('./samples/', import.meta.url));

export interface Material {
  jobDescription: string;
  /** The job description's first line, up to its first bracket. */
  jobTitle: string;
  cv: { file: Blob; fileName: string };
  /** Paths of recordings in the order of their names; at least one. */
  recordings: string[];
  /** Whether they are the user's: then one that is refused or not understood is told, not fatal. */
  areOwn: boolean;
}

/** The sample job and CV, with the sample recordings or those of a folder. Throws `UsageError` for a folder without any. */
export async function gatherMaterial(folder: string | undefined): Promise<Material> {
  const jobDescription = await readFile(join(samplesFolder, 'job-description.txt'), 'utf8');
  const cvPath = join(samplesFolder, 'cv.pdf');
  return {
    jobDescription,
    jobTitle: /^[^\n(]+/.exec(jobDescription)?.[0].trim() ?? 'the sample job',
    cv: { file: new Blob([await readFile(cvPath)], { type: 'application/pdf' }), fileName: basename(cvPath) },
    recordings: await listRecordings(folder ?? samplesFolder),
    areOwn: folder !== undefined,
  };
}

async function listRecordings(folder: string): Promise<string[]> {
  const path = resolve(folder);
  const names = await readdir(path).catch((cause: unknown) => {
    throw new UsageError(`--recordings: the folder ${path} cannot be read. Check the path.`, { cause });
  });
  const recordings = names.filter((name) => formatOf(name)).sort((one, other) => one.localeCompare(other, 'en'));
  if (recordings.length === 0) {
    throw new UsageError(`--recordings: no ${supportedFormats.join(', ')} file in ${path}.`);
  }
  return recordings.map((name) => join(path, name));
}

/** By the name only: the server judges by the bytes. */
function formatOf(path: string) {
  return supportedFormats.find((format) => extname(path).toLowerCase() === `.${format}`);
}

export async function readRecording(path: string): Promise<Blob> {
  const format = formatOf(path);
  return new Blob([await readFile(path)], { type: format ? mimeTypes[format] : 'application/octet-stream' });
}
