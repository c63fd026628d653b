import { createHash, randomUUID } from 'node:crypto';
import { S3Refusal, type SignedRequest } from './s3-signature.ts';

export interface S3Object {
  content: Buffer;
  etag: string;
  /** `x-amz-meta-…` headers. */
  metadata: Record<string, string>;
}

export interface S3Upload {
  key: string;
  initiated: Date;
  metadata: Record<string, string>;
  parts: Map<number, { content: Buffer; etag: string }>;
}

/** What a bucket holds. */
export interface S3Contents {
  objects: Map<string, S3Object>;
  uploads: Map<string, S3Upload>;
  /** Keys on one page of a listing. */
  pageSize: number;
  /** False: If-None-Match is answered with 501, as by servers that do not know it. */
  conditionalWrites: boolean;
}

export interface S3Answer {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

const md5 = (content: Uint8Array) => createHash('md5').update(content).digest('hex');
const escaped = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
const tag = (name: string, ...content: string[]) => `<${name}>${content.join('')}</${name}>`;
const leaf = (name: string, value: string | number | boolean) => tag(name, escaped(String(value)));

export const xml = (root: string, ...content: string[]): Pick<S3Answer, 'headers' | 'body'> => ({
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${tag(root, ...content)}`,
});
export const errorXml = (code: string, message: string) => xml('Error', leaf('Code', code), leaf('Message', message));

const metadataOf = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-')));

function checkCondition(contents: S3Contents, key: string, headers: Record<string, string>): void {
  const condition = headers['if-none-match'];
  if (condition === undefined) return;
  if (!contents.conditionalWrites || condition !== '*') throw new S3Refusal(501, 'NotImplemented');
  if (contents.objects.has(key)) throw new S3Refusal(412, 'PreconditionFailed');
}

/** Answers a request that is signed, and whose body is what it said. `key` is empty for the bucket itself. */
export function answer(contents: S3Contents, request: SignedRequest, key: string, content: Buffer): S3Answer {
  const query = new Map(request.query);
  const { method, headers } = request;
  if (!key) {
    if (method === 'GET' && query.get('list-type') === '2') return listObjects(contents, query);
    if (method === 'GET' && query.has('uploads')) return listUploads(contents, query);
    throw new S3Refusal(501, 'NotImplemented');
  }
  const uploadId = query.get('uploadId');
  if (method === 'POST' && query.has('uploads')) {
    const id = randomUUID();
    contents.uploads.set(id, { key, initiated: new Date(), metadata: metadataOf(headers), parts: new Map() });
    return { status: 200, ...xml('InitiateMultipartUploadResult', leaf('Key', key), leaf('UploadId', id)) };
  }
  if (uploadId !== undefined) return inParts(contents, request, { id: uploadId, key, query, content });
  if (method === 'PUT') {
    checkCondition(contents, key, headers);
    const etag = `"${md5(content)}"`;
    contents.objects.set(key, { content, etag, metadata: metadataOf(headers) });
    return { status: 200, headers: { etag } };
  }
  if (method === 'GET' || method === 'HEAD') return readObject(contents, request, key, query);
  if (method === 'DELETE') {
    contents.objects.delete(key);
    return { status: 204 };
  }
  throw new S3Refusal(501, 'NotImplemented');
}

function readObject(
  { objects }: S3Contents,
  request: SignedRequest,
  key: string,
  query: Map<string, string>,
): S3Answer {
  const object = objects.get(key);
  if (!object) throw new S3Refusal(404, 'NoSuchKey');
  const { content, etag, metadata } = object;
  const headers: Record<string, string> = { etag, 'accept-ranges': 'bytes', ...metadata };
  for (const name of ['content-type', 'content-disposition', 'cache-control']) {
    const override = query.get(`response-${name}`);
    if (override) headers[name] = override;
  }
  headers['content-type'] ??= 'application/octet-stream';
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (first === undefined || last === undefined) {
    return { status: 200, headers: { ...headers, 'content-length': String(content.length) }, body: content };
  }
  const start = first ? Number(first) : Math.max(0, content.length - Number(last));
  const end = first && last ? Math.min(Number(last), content.length - 1) : content.length - 1;
  if (start > end) throw new S3Refusal(416, 'InvalidRange');
  const range = {
    'content-range': `bytes ${start}-${end}/${content.length}`,
    'content-length': String(end - start + 1),
  };
  return { status: 206, headers: { ...headers, ...range }, body: content.subarray(start, end + 1) };
}

const minPartBytes = 5 * 1024 * 1024;

function inParts(
  contents: S3Contents,
  { method, headers }: SignedRequest,
  { id, key, query, content }: { id: string; key: string; query: Map<string, string>; content: Buffer },
): S3Answer {
  const upload = contents.uploads.get(id);
  if (!upload || upload.key !== key) throw new S3Refusal(404, 'NoSuchUpload');
  if (method === 'PUT') {
    const etag = `"${md5(content)}"`;
    upload.parts.set(Number(query.get('partNumber')), { content, etag });
    return { status: 200, headers: { etag, ...checksumOf(headers) } };
  }
  if (method === 'DELETE') {
    contents.uploads.delete(id);
    return { status: 204 };
  }
  if (method !== 'POST') throw new S3Refusal(501, 'NotImplemented');
  checkCondition(contents, key, headers);
  const named = [...content.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: /<ETag>(.*?)<\/ETag>/.exec(part)?.[1]?.replaceAll('&quot;', '"').replaceAll('&#34;', '"'),
  }));
  const parts = named.map(({ number, etag }, index) => {
    const part = upload.parts.get(number);
    if (!part || part.etag !== etag) throw new S3Refusal(400, 'InvalidPart');
    if (index > 0 && number <= (named[index - 1]?.number ?? 0)) throw new S3Refusal(400, 'InvalidPartOrder');
    if (index < named.length - 1 && part.content.length < minPartBytes) throw new S3Refusal(400, 'EntityTooSmall');
    return part.content;
  });
  if (parts.length === 0) throw new S3Refusal(400, 'MalformedXML');
  const whole = Buffer.concat(parts);
  const etag = `"${md5(whole)}-${parts.length}"`;
  contents.objects.set(key, { content: whole, etag, metadata: upload.metadata });
  contents.uploads.delete(id);
  return { status: 200, ...xml('CompleteMultipartUploadResult', leaf('Key', key), leaf('ETag', etag)) };
}

const checksumOf = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-checksum-')));

function listObjects({ objects, pageSize }: S3Contents, query: Map<string, string>): S3Answer {
  const prefix = query.get('prefix') ?? '';
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted();
  const page = keys.slice(0, Math.min(pageSize, Number(query.get('max-keys') ?? 1_000)));
  const more = page.length < keys.length;
  const listed = page.map((key) =>
    tag('Contents', leaf('Key', key), leaf('Size', objects.get(key)?.content.length ?? 0)),
  );
  const token = Buffer.from(page.at(-1) ?? '').toString('base64');
  const next = more ? [leaf('NextContinuationToken', token)] : [];
  return { status: 200, ...xml('ListBucketResult', leaf('IsTruncated', more), ...next, ...listed) };
}

function listUploads({ uploads, pageSize }: S3Contents, query: Map<string, string>): S3Answer {
  const after = `${query.get('key-marker') ?? ''} ${query.get('upload-id-marker') ?? ''}`;
  const open = [...uploads]
    .map(([id, upload]) => ({ id, ...upload, place: `${upload.key} ${id}` }))
    .filter(({ key, place }) => key.startsWith(query.get('prefix') ?? '') && place > after)
    .toSorted((a, b) => (a.place < b.place ? -1 : 1));
  const page = open.slice(0, pageSize);
  const listed = page.map(({ id, key, initiated }) =>
    tag('Upload', leaf('Key', key), leaf('UploadId', id), leaf('Initiated', initiated.toISOString())),
  );
  const last = page.at(-1);
  const next = last ? [leaf('NextKeyMarker', last.key), leaf('NextUploadIdMarker', last.id)] : [];
  const isTruncated = leaf('IsTruncated', page.length < open.length);
  return { status: 200, ...xml('ListMultipartUploadsResult', isTruncated, ...next, ...listed) };
}
