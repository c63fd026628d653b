import * as tus from 'tus-js-client';
import { z } from 'zod';
import type { UploadProgress } from './upload-progress.ts';

export interface ResumableUploadOptions {
  fileName?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: UploadProgress | undefined;
  /** What `onUploadUrl` told of an upload of the same bytes: it goes on from where that was. One that is gone begins anew. */
  resumeFrom?: string | undefined;
  /** Told the address of this upload once it has one: keep it with the recording, to resume after a reload or a crash. */
  onUploadUrl?: ((url: string) => void) | undefined;
}

interface Connection {
  /** The server's `/upload/resumable`. */
  endpoint: string;
  authorization(): Promise<Record<string, string>>;
  onUnauthenticated?: (() => Promise<void>) | undefined;
}

/** How an upload ended that did: the body of the last answer, which may be empty, and the upload's address. */
export interface UploadEnd {
  url: string;
  body: unknown;
}

/** A refusal by the server. */
export interface RefusedUpload {
  status: number;
  body: unknown;
}

const retryDelaysMs = [0, 1_000, 3_000, 5_000];
/** Another request may be under way, a server full or restarting: the same may work a little later. */
const mayPass = (status: number) => status === 0 || [408, 423, 425, 429].includes(status) || status >= 500;
const refused = z.object({ originalResponse: z.custom<tus.HttpResponse>((response) => response != null) });

/**
 * Sends a recording in parts by the tus protocol, and goes on from what the server has when the connection is lost for
 * a moment. Rejects with what `refusal` makes of an answer, with a TypeError when there is no connection, and with the
 * signal's reason.
 */
export async function sendResumably(
  questionId: string,
  recording: Blob,
  { endpoint, authorization, onUnauthenticated }: Connection,
  { fileName, signal, onProgress, resumeFrom, onUploadUrl }: ResumableUploadOptions,
  refusal: (refused: RefusedUpload) => Error,
): Promise<UploadEnd> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<UploadEnd>();
  let signedInAgain = false;
  let lastStatus = 0;
  const upload = new tus.Upload(recording, {
    endpoint,
    uploadUrl: resumeFrom ?? null,
    metadata: { questionId, filename: fileName ?? 'answer', filetype: recording.type },
    retryDelays: retryDelaysMs,
    storeFingerprintForResuming: false,
    ...(typeof XMLHttpRequest === 'undefined' && { fileReader: blobReader }),
    async onBeforeRequest(request) {
      for (const [name, value] of Object.entries(await authorization())) request.setHeader(name, value);
    },
    async onAfterResponse(_request, response) {
      lastStatus = response.getStatus();
      if (lastStatus !== 401 || signedInAgain || !onUnauthenticated) return;
      signedInAgain = true;
      await onUnauthenticated();
      // Tried once more, with the new token.
      lastStatus = 0;
    },
    onShouldRetry(error) {
      const status = error.originalResponse?.getStatus() ?? 0;
      if (status === 401) return lastStatus === 0;
      return mayPass(status) || (status === 409 && codeIn(error.originalResponse) === 'conflict');
    },
    onProgress: (sent, total) => onProgress?.(sent, total),
    onUploadUrlAvailable: () => upload.url && onUploadUrl?.(upload.url),
    onSuccess: ({ lastResponse }) => resolve({ url: upload.url ?? '', body: bodyOf(lastResponse) }),
    onError(error) {
      const { data } = refused.safeParse(error);
      if (!data) reject(new TypeError('The connection was lost.', { cause: error }));
      else reject(refusal({ status: data.originalResponse.getStatus(), body: bodyOf(data.originalResponse) }));
    },
  });
  const abort = () => {
    reject(signal?.reason);
    void upload.abort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  upload.start();
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** JSON, or null when it is none: an answer to HEAD has no body. */
function bodyOf(response: tus.HttpResponse): unknown {
  try {
    return JSON.parse(response.getBody());
  } catch {
    // Empty, or a proxy's own page.
    return null;
  }
}

function codeIn(response: tus.HttpResponse | null): string | undefined {
  return response
    ? z.object({ error: z.object({ code: z.string() }) }).safeParse(bodyOf(response)).data?.error.code
    : undefined;
}

/** For Node, where the package itself takes no Blob. */
const blobReader: tus.FileReader = {
  openFile: async (blob: Blob) => ({
    size: blob.size,
    async slice(start, end) {
      const value = new Uint8Array(await blob.slice(start, end).arrayBuffer());
      return { value: Object.assign(value, { size: value.length }), done: end >= blob.size };
    },
    close() {},
  }),
};
