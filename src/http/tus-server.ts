import { randomUUIDv7 } from 'node:crypto';
import { DataStore, Server, Upload } from '@tus/server';
import { DomainError, type ErrorCode } from '../errors.ts';
import {
  beginUpload,
  declareBytes,
  endUpload,
  metadataSchema,
  type ResumableUploadCaller,
  type ResumableUploadDeps,
  uploadLifeMs,
} from '../interview/resumable-uploads.ts';
import { createUploadLocks } from './upload-locks.ts';
import { uploadMetadataSchema } from './upload-metadata.ts';

/** How long a request that sends may go on after another one has asked how far the upload is. */
const lockDrainMs = 100;

/** Refusals of the protocol's server, in our words. */
const refusals: Record<number, [ErrorCode, string]> = {
  400: ['invalid_input', 'A header of the upload is missing or malformed.'],
  403: ['invalid_input', 'A header of the upload is missing: send Upload-Offset and Content-Type.'],
  404: ['not_found', 'There is no such upload.'],
  409: ['conflict', 'The upload is at another offset. Ask for it (HEAD), then go on from there.'],
  410: ['gone', 'This upload was not finished within a day and has been deleted. Begin a new one.'],
  413: ['too_large', 'This is more than the upload was said to have, or than a recording may have.'],
  501: ['invalid_input', 'This part of the tus protocol is not spoken here.'],
};

/**
 * The tus 1.0 protocol over our own rows and files. It knows the caller of a request, and throws what goes wrong as a
 * `DomainError`. Ownership, and whether an upload takes more, is looked at before.
 */
export function createTusServer(deps: ResumableUploadDeps, path: string) {
  const asked = new WeakMap<object, { caller: ResumableUploadCaller; created?: string; error?: unknown }>();
  const locks = createUploadLocks();
  const server = new Server({
    path,
    datastore: uploadStore(deps),
    relativeLocation: true,
    maxSize: deps.limits.maxAudioBytes,
    lockDrainTimeout: lockDrainMs,
    locker: ({ method }) => (method === 'PATCH' ? locks.impatient : locks.patient),
    namingFunction: () => randomUUIDv7(),
    async onUploadCreate(request, upload) {
      const of = asked.get(request);
      if (!of) throw new Error('an upload was begun by nobody');
      const { questionId, metadata } = uploadMetadataSchema.parse(upload.metadata ?? {});
      await beginUpload(of.caller, { id: upload.id, questionId, bytes: upload.size ?? null, metadata });
      of.created = upload.id;
      return {};
    },
    onResponseError(request, error) {
      const of = asked.get(request);
      if (of) of.error = error;
      return undefined;
    },
  });

  return {
    /** Without a caller only OPTIONS is answered. An upload that is begun and cannot be told of is ended. */
    async handle(request: Request, caller?: ResumableUploadCaller): Promise<Response> {
      const of: ReturnType<typeof asked.get> = caller && { caller };
      if (of) asked.set(request, of);
      const response = await server.handleWeb(request);
      if (response.ok) return response;
      if (of?.created) await endUpload(deps, of.created);
      // The protocol's own refusals are an Error, or no more than a status.
      if (of?.error instanceof Error && !('status_code' in of.error)) throw of.error;
      const refusal = refusals[response.status];
      if (!refusal) throw new Error(`tus: ${response.status} ${await response.text()}`, { cause: of?.error });
      throw new DomainError(...refusal, { cause: of?.error });
    },
  };
}

function uploadStore(deps: ResumableUploadDeps): DataStore {
  return Object.assign(new DataStore(), {
    extensions: ['creation', 'creation-with-upload', 'creation-defer-length', 'expiration', 'termination'],
    async getUpload(id: string) {
      const row = await deps.db.prisma.resumableUpload.findUnique({ where: { id } });
      if (!row) throw new DomainError('not_found', 'There is no such upload.');
      return new Upload({
        id,
        ...(row.bytes !== null && { size: row.bytes }),
        offset: row.answerId !== null && row.bytes !== null ? row.bytes : await deps.partials.bytes(id),
        metadata: { questionId: row.questionId, ...metadataSchema.parse(row.metadata) },
        creation_date: row.createdAt.toISOString(),
      });
    },
    write: (bytes: AsyncIterable<Uint8Array>, id: string, offset: number) => deps.partials.append(id, offset, bytes),
    declareUploadLength: (id: string, bytes: number) => declareBytes(deps, id, bytes),
    remove: (id: string) => endUpload(deps, id),
    getExpiration: () => uploadLifeMs,
  });
}
