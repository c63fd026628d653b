import { createHash } from 'node:crypto';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';
import type { FormContent } from '../idempotency/form-content.ts';
import type { Caller } from '../interview/context.ts';
import { abortable } from '../storage/abortable.ts';
import type { StagedAudio } from '../storage/audio-storage.ts';
import { freeAfterUse } from './free-after-use.ts';
import { defaultPace, type Pace, steady } from './steady.ts';

export interface ReceivedRecording {
  recording: StagedAudio;
  /** The text fields of the form, whatever side of the file they came on. */
  fields: Map<string, string>;
}

/** Room for the form around the file: boundaries, headers, a few fields. */
const formOverhead = 64 * 1024;
const limits = { files: 1, fields: 10, parts: 12, fieldSize: 10_000, headerPairs: 50 };
/** Of a field's name, a file's name or its type. The parser bounds them much higher. */
const maxNameLength = 1_000;

/** Streams the one file of a form to storage, `through` something else on the way. Leaves nothing behind when anything about the form is wrong. */
export async function receiveRecording(
  request: FastifyRequest,
  { deps, userId, signal }: Caller,
  {
    pace = defaultPace,
    through = (part) => freeAfterUse(part.file),
  }: { pace?: Pace | undefined; through?: (part: MultipartFile) => AsyncIterable<Uint8Array> } = {},
): Promise<ReceivedRecording> {
  const { maxAudioBytes: maxBytes } = deps.limits;
  using _place = deps.places.take('uploads', userId);
  let recording: StagedAudio | undefined;
  try {
    const fields = await readForm(request, { maxBytes, pace, signal }, async (part, watched) => {
      recording = await deps.storage.stage(through(part), { maxBytes, signal: watched });
    });
    if (!recording) throw noFile('the recording');
    noteForm(request, { fields, sha256: recording.sha256 });
    return { recording, fields };
  } catch (error) {
    await recording?.discard();
    throw error;
  }
}

/** The whole of a small file, such as a CV. */
export async function receiveDocument(
  request: FastifyRequest,
  {
    maxBytes,
    pace = defaultPace,
    signal,
  }: { maxBytes: number; pace?: Pace | undefined; signal?: AbortSignal | undefined },
): Promise<{ bytes: Buffer; fileName: string }> {
  let document: { bytes: Buffer; fileName: string } | undefined;
  const fields = await readForm(request, { maxBytes, pace, signal }, async (part, watched) => {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of abortable<Uint8Array>(part.file, watched)) {
      bytes += piece.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      pieces.push(piece);
    }
    document = { bytes: Buffer.concat(pieces), fileName: part.filename };
  });
  if (!document) throw noFile('the document');
  if (request.keyed) noteForm(request, { fields, sha256: createHash('sha256').update(document.bytes).digest('hex') });
  return document;
}

/** Reads a form only to tell whether it is the same as another. */
export async function hashForm(
  request: FastifyRequest,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<FormContent> {
  const hash = createHash('sha256');
  const fields = await readForm(request, { maxBytes, pace: defaultPace, signal }, async (part, watched) => {
    for await (const piece of abortable<Uint8Array>(part.file, watched)) hash.update(piece);
  });
  return { fields, sha256: hash.digest('hex') };
}

/** For the answer to a request with an `Idempotency-Key`, which is to be given to the same form only. */
function noteForm({ keyed }: FastifyRequest, form: FormContent): void {
  if (keyed) keyed.form = form;
}

interface FormLimits {
  maxBytes: number;
  pace: Pace;
  signal: AbortSignal | undefined;
}

/** Hands the file to `take`, which has to read it, and returns the text fields. Throws `DomainError` only. */
async function readForm(
  request: FastifyRequest,
  { maxBytes, pace, signal }: FormLimits,
  take: (file: MultipartFile, signal: AbortSignal) => Promise<void>,
): Promise<Map<string, string>> {
  if (!request.isMultipart()) throw new DomainError('unsupported_media', 'Send the file as multipart/form-data.');
  const maxBody = maxBytes + formOverhead;
  if (Number(request.headers['content-length'] ?? 0) > maxBody) throw tooLarge(maxBytes);
  using body = steady(request.raw, pace, { maxBytes: maxBody, tooLarge: tooLarge(maxBytes) });
  const watched = signal ? AbortSignal.any([signal, body.signal]) : body.signal;
  const fields = new Map<string, string>();
  try {
    // The size of the file is counted where it is kept: there it is refused at the first byte too many.
    const parts = request.parts({ limits: { ...limits, fileSize: Number.POSITIVE_INFINITY } });
    for await (const part of abortable(parts, watched)) {
      if (part.type === 'file') {
        refuseLongNames(part.fieldname, part.filename, part.mimetype);
        await take(part, watched);
      } else {
        refuseLongNames(part.fieldname, part.mimetype);
        if (part.valueTruncated) throw malformed();
        if (typeof part.value === 'string') fields.set(part.fieldname, part.value);
      }
    }
    return fields;
  } catch (error) {
    if (signal?.aborted) throw new DomainError('invalid_input', 'The upload was broken off.', { cause: error });
    throw isOfTheForm(error) ? malformed(error) : error;
  }
}

function refuseLongNames(...names: (string | undefined)[]): void {
  if (names.some((name) => name && name.length > maxNameLength)) throw malformed();
}

const noFile = (what: string) =>
  new DomainError('invalid_input', `The form has no file. Send ${what} as a file field.`);

const tooLarge = (maxBytes: number) =>
  new DomainError(
    'too_large',
    `The file is larger than ${(maxBytes / 1e6).toLocaleString('en')} MB. Send a smaller one.`,
  );

const malformed = (cause?: unknown) =>
  new DomainError('invalid_input', 'The form is malformed or ends too early. Send it again with one file.', { cause });

/** What the form parser throws: too many parts, a missing or absurd boundary ("needle"), an early end, `__proto__` fields. */
function isOfTheForm(error: unknown): boolean {
  if (error instanceof DomainError || !(error instanceof Error)) return false;
  return ('code' in error && String(error.code).startsWith('FST_')) || /multipart|needle/i.test(error.message);
}
