import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';
import type { Caller } from '../interview/context.ts';
import type { StagedAudio } from '../storage/audio-storage.ts';
import { steady } from './steady.ts';

export interface ReceivedRecording {
  recording: StagedAudio;
  /** The text fields of the form, whatever side of the file they came on. */
  fields: Map<string, string>;
}

/** Room for the form around the file: boundaries, headers, a few fields. */
const formOverhead = 64 * 1024;
const limits = { files: 1, fields: 10, parts: 12, fieldSize: 10_000, fieldNameSize: 100, headerPairs: 50 };

/** Streams the one file of a form to storage. Leaves nothing behind when anything about the form is wrong. */
export async function receiveRecording(request: FastifyRequest, { deps, signal }: Caller): Promise<ReceivedRecording> {
  const { maxAudioBytes: maxBytes } = deps.limits;
  refuseEarly(request, maxBytes);
  const fields = new Map<string, string>();
  let recording: StagedAudio | undefined;
  try {
    for await (const part of request.parts({ limits: { ...limits, fileSize: Number.POSITIVE_INFINITY } })) {
      if (part.type === 'file')
        recording = await deps.storage.stage(steady(part.file), { maxBytes, ...(signal && { signal }) });
      else if (typeof part.value === 'string') fields.set(part.fieldname, part.value);
    }
  } catch (error) {
    await recording?.discard();
    throw malformed(error);
  }
  if (!recording) throw new DomainError('invalid_input', 'The form has no file. Send the recording as a file field.');
  return { recording, fields };
}

/** The whole of a small file, such as a CV. */
export async function receiveDocument(request: FastifyRequest, maxBytes: number) {
  refuseEarly(request, maxBytes);
  try {
    const file = await request.file({ limits: { ...limits, fileSize: maxBytes } });
    if (!file) throw new DomainError('invalid_input', 'The form has no file. Send the document as a file field.');
    return { bytes: await file.toBuffer(), fileName: file.filename };
  } catch (error) {
    throw malformed(error);
  }
}

function refuseEarly(request: FastifyRequest, maxBytes: number): void {
  if (!request.isMultipart()) {
    throw new DomainError('unsupported_media', 'Send the file as multipart/form-data.');
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + formOverhead) throw tooLarge(maxBytes);
}

const tooLarge = (maxBytes: number) =>
  new DomainError(
    'too_large',
    `The file is larger than ${(maxBytes / 1e6).toLocaleString('en')} MB. Send a smaller one.`,
  );

/** What the form parser throws: too many parts, a missing boundary, an end in the middle, `__proto__` fields. */
function malformed(error: unknown): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'FST_REQ_FILE_TOO_LARGE')
    return new DomainError('too_large', 'The file is too large.', { cause: error });
  const ofTheForm = code.startsWith('FST_') || /multipart|boundary|form|part|header/i.test(error.message);
  return ofTheForm
    ? new DomainError('invalid_input', 'The form is malformed or ends too early. Send it again with one file.', {
        cause: error,
      })
    : error;
}
