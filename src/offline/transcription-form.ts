import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import type { UpstreamCall } from './behaviour.ts';
import { badRequest } from './wire-error.ts';

/** OpenAI's limit for one recording, in bytes. */
export const maxRecordingBytes = 25 * 1024 * 1024;

export interface TranscriptionForm extends AsyncDisposable {
  fields: Record<string, string | string[]>;
  file: NonNullable<UpstreamCall['file']>;
  /** The recording on disk, removed on disposal. */
  path: string;
}

/** Reads the form; the recording goes to a temporary file. Throws a 400 `WireError`; over 25 MiB, Fastify's 413. */
export async function readTranscriptionForm(request: FastifyRequest): Promise<TranscriptionForm> {
  if (!request.isMultipart()) throw badRequest('Send the recording as multipart/form-data.', 'file');
  const folder = await mkdtemp(join(tmpdir(), 'viva-offline-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'recording');
    const fields: TranscriptionForm['fields'] = {};
    let file: UpstreamCall['file'] = null;
    for await (const part of request.parts({ limits: { fileSize: maxRecordingBytes, files: 1, fields: 200 } })) {
      if (part.type === 'field') {
        addField(fields, part.fieldname, String(part.value));
        continue;
      }
      await pipeline(part.file, createWriteStream(path));
      file = { name: part.filename, mimeType: part.mimetype, bytes: (await stat(path)).size };
    }
    if (!file) throw badRequest("Missing required parameter: 'file'.", 'file');
    return { fields, file, path, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function addField(fields: TranscriptionForm['fields'], name: string, value: string): void {
  if (!name.endsWith('[]')) {
    fields[name] = value;
    return;
  }
  const list = fields[name.slice(0, -2)];
  if (Array.isArray(list)) list.push(value);
  else fields[name.slice(0, -2)] = [value];
}
