export type UploadProgress = (sentBytes: number, totalBytes: number) => void;

/** Without a byte sent or answered for this long, the connection counts as lost. */
const silenceMs = 60_000;

/**
 * As `fetch`, and tells how much of the body has been sent, which only XMLHttpRequest can (XMLHttpRequest standard, 3.1).
 * Browsers only. Rejects with a TypeError when there is no connection, and with the signal's reason when aborted.
 */
export function fetchWithProgress(url: URL, init: RequestInit, onProgress: UploadProgress): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const { signal, body } = init;
  if (signal?.aborted) return Promise.reject(signal.reason);
  const request = new XMLHttpRequest();
  const lost = () => reject(new TypeError('The connection was lost.'));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      lost();
      request.abort();
    }, silenceMs);
  };
  const abort = () => {
    reject(signal?.reason);
    request.abort();
  };
  request.open(init.method ?? 'GET', url);
  request.responseType = 'text';
  for (const [name, value] of new Headers(init.headers)) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded, total }) => {
    heard();
    onProgress(loaded, total);
  };
  request.onerror = lost;
  request.onload = () => {
    const headers = { 'content-type': request.getResponseHeader('content-type') ?? 'application/json' };
    resolve(new Response(request.responseText, { status: request.status, headers }));
  };
  request.onloadend = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  signal?.addEventListener('abort', abort);
  heard();
  request.send(body instanceof FormData || body instanceof Blob || typeof body === 'string' ? body : null);
  return promise;
}
