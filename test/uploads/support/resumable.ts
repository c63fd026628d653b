import { expect } from 'vitest';
import { speechLike, wav } from '../../support/audio-fixtures.ts';
import { type Exchanged, type ExchangeOptions, exchange } from './exchange.ts';
import { head, openSocket } from './raw-socket.ts';

export const protocol = { 'tus-resumable': '1.0.0' };
export const bodyType = 'application/offset+octet-stream';

/** Another recording each time, so that none is taken for one that was sent before. */
export const speech = () => Buffer.from(wav(speechLike(1_000 + Math.round(Math.random() * 2_000))));

export const metadata = (about: Record<string, string>) =>
  Object.entries(about)
    .map(([name, value]) => `${name} ${btoa(value)}`)
    .join(',');

export const idIn = (path: string): string => path.split('/').at(-1) ?? '';

/** Somebody who speaks tus by hand. */
export interface Sender {
  ask(method: string, path: string, options?: ExchangeOptions): Promise<Exchanged>;
  begin(length: number, about: Record<string, string>): Promise<Exchanged>;
  /** The new upload's path. */
  begun(length: number, questionId: string): Promise<string>;
  patch(path: string, offset: number, bytes: Uint8Array, length?: number): Promise<Exchanged>;
  offsetOf(path: string): Promise<number>;
  /** Sends the beginning of a PATCH of the rest, and leaves it open. */
  sendSlowly(path: string, offset: number, bytes: Uint8Array, until: number): ReturnType<typeof openSocket>;
}

export function senderOf(url: string, token: string): Sender {
  const signed = { authorization: `Bearer ${token}`, ...protocol };
  const ask: Sender['ask'] = (method, path, { headers, ...options } = {}) =>
    exchange(url, path, { method, headers: { ...signed, ...headers }, ...options });
  const begin: Sender['begin'] = (length, about) =>
    ask('POST', '/upload/resumable', {
      headers: { 'upload-length': String(length), 'upload-metadata': metadata(about) },
    });
  return {
    ask,
    begin,
    async begun(length, questionId) {
      const { status, headers } = await begin(length, { questionId });
      expect(status).toBe(201);
      return String(headers.location);
    },
    patch: (path, offset, bytes) =>
      ask('PATCH', path, { headers: { 'content-type': bodyType, 'upload-offset': String(offset) }, body: [bytes] }),
    offsetOf: async (path) => Number((await ask('HEAD', path)).headers['upload-offset']),
    async sendSlowly(path, offset, bytes, until) {
      const socket = await openSocket(url);
      // Of a server that is killed.
      socket.on('error', () => {});
      const length = { 'content-length': String(bytes.length - offset), 'upload-offset': String(offset) };
      socket.write(head('PATCH', path, { ...signed, 'content-type': bodyType, ...length }));
      socket.write(bytes.subarray(offset, until));
      return socket;
    },
  };
}
