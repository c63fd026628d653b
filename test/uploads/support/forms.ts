import { randomUUID } from 'node:crypto';

export interface Part {
  name: string;
  /** Makes it a file. Written as it is, whatever it contains. */
  fileName?: string;
  type?: string;
  content: string | Uint8Array;
}

/** A form as bytes, so that it can be broken, cut and dripped. */
export interface Form {
  boundary: string;
  bytes: Buffer;
  headers: Record<string, string>;
}

function partBytes(boundary: string, { name, fileName, type, content }: Part): Buffer {
  const file = fileName === undefined ? '' : `; filename="${fileName}"`;
  const contentType = type ? `Content-Type: ${type}\r\n` : '';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${contentType}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
}

export function form(...parts: Part[]): Form {
  const boundary = `viva-${randomUUID()}`;
  const bytes = Buffer.concat([...parts.map((part) => partBytes(boundary, part)), Buffer.from(`--${boundary}--\r\n`)]);
  return { boundary, bytes, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

/** The usual form: one recording. */
export function recordingForm(content: Uint8Array, fileName = 'answer.wav'): Form {
  return form({ name: 'file', fileName, type: 'audio/wav', content });
}
