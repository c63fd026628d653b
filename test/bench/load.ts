/** The load, in a process of its own: requests over kept connections, or uploads at once. */
import { Agent, request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import autocannon from 'autocannon';
import { z } from 'zod';
import { endWithParent, tell } from './servers/parent.ts';
import { longRecording } from './wav.ts';

const headers = z.record(z.string(), z.string());
const readLoad = z.object({
  /** `downloads` throw the bytes away unread, so that it is the server that is measured. */
  kind: z.enum(['requests', 'downloads']),
  url: z.string(),
  paths: z.array(z.string()),
  headers,
  connections: z.number(),
  durationMs: z.number(),
});
const uploadLoad = z.object({
  kind: z.literal('uploads'),
  /** One upload to each, all at once. */
  urls: z.array(z.string()),
  headers,
  bytes: z.number(),
});
export type ReadLoad = z.output<typeof readLoad>;
export type UploadLoad = z.output<typeof uploadLoad>;
const loadSchema = z.discriminatedUnion('kind', [readLoad, uploadLoad]);

/** Requests a second. */
async function sendRequests(load: ReadLoad): Promise<number> {
  const requests = load.paths.map((path) => ({ method: 'GET' as const, path, headers: load.headers }));
  const { url, connections } = load;
  const result = await autocannon({ url, connections, duration: load.durationMs / 1000, requests });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}${load.paths[0]}: ${result.non2xx} refusals and ${result.errors} errors`);
  }
  return result['2xx'] / result.duration;
}

const downloading = new Agent({ keepAlive: true });

function download(url: string, more: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const get = request(url, { agent: downloading, headers: more }, (response) => {
      const good = response.statusCode === 200 || response.statusCode === 206;
      response.on('end', () => (good ? resolve() : reject(new Error(`${url}: ${response.statusCode}`))));
      response.on('error', reject);
      response.resume();
    });
    get.on('error', reject);
    get.end();
  });
}

/** Requests a second, each connection asking again as soon as it was answered. */
async function sendDownloads({ url, paths, headers: more, connections, durationMs }: ReadLoad): Promise<number> {
  const start = performance.now();
  let done = 0;
  const ask = async (at: number) => {
    for (let turn = at; performance.now() - start < durationMs; turn++) {
      await download(`${url}${paths[turn % paths.length]}`, more);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, at) => ask(at)));
  return (done * 1000) / (performance.now() - start);
}

const boundary = '----viva-bench-7f1c2d';
const head = Buffer.from(
  `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\ncontent-type: audio/wav\r\n\r\n`,
);
const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
const agent = new Agent({ keepAlive: true });

async function upload(url: string, more: Record<string, string>, recording: Buffer): Promise<void> {
  const status = await new Promise<string>((resolve, reject) => {
    const form = request(url, {
      agent,
      method: 'POST',
      headers: {
        ...more,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': head.length + recording.length + tail.length,
      },
    });
    form.on('error', reject);
    form.on('response', async (response) => {
      let body = '';
      await pipeline(response, async (chunks) => {
        for await (const chunk of chunks) body += chunk;
      });
      resolve(response.statusCode === 201 ? '' : `${response.statusCode} ${body}`);
    });
    form.write(head);
    form.write(recording);
    form.end(tail);
  });
  if (status) throw new Error(`${url}: ${status}`);
}

const recordings = new Map<number, Buffer>();

/** Megabytes (10^6) a second over all. */
async function sendUploads(load: UploadLoad): Promise<number> {
  const recording = recordings.get(load.bytes) ?? longRecording(load.bytes);
  recordings.set(load.bytes, recording);
  const start = performance.now();
  await Promise.all(load.urls.map((url) => upload(url, load.headers, recording)));
  return (recording.length * load.urls.length) / 1000 / (performance.now() - start);
}

process.on('message', async (message) => {
  const load = loadSchema.parse(message);
  if (load.kind === 'uploads') tell({ rate: await sendUploads(load) });
  else tell({ rate: load.kind === 'downloads' ? await sendDownloads(load) : await sendRequests(load) });
});
endWithParent();
tell({ ready: true });
