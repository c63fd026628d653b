import { Agent, type IncomingMessage, request } from 'node:http';
import { z } from 'zod';

/** Somebody who talks: one session, one turn after the other. */
export interface TurnClient {
  /** Milliseconds from the last uploaded byte to the first byte of the reply's audio. Resolves when all is over. */
  turn(recording: Buffer): Promise<number>;
  close(): Promise<void>;
}

const agent = new Agent({ keepAlive: true });
/** Less of a reply than this is none. */
const leastReplyBytes = 10_000;

interface Sent {
  response: IncomingMessage;
  /** Monotonic milliseconds at which the operating system had all of the request. */
  sentAt: number;
}

function send(url: string, headers: Record<string, string>, body?: Buffer): Promise<Sent> {
  return new Promise((resolve, reject) => {
    let sentAt = 0;
    const message = request(url, {
      agent,
      method: body ? 'POST' : 'GET',
      headers: { ...headers, ...(body && { 'content-length': body.length }) },
    });
    message.on('error', reject);
    message.on('finish', () => {
      sentAt = performance.now();
    });
    message.on('response', (response) => resolve({ response, sentAt }));
    message.end(body);
  });
}

/** The body as text, for what is small. Throws unless the status is a good one. */
async function text(response: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  if ((response.statusCode ?? 0) >= 300) throw new Error(`${response.statusCode}: ${body}`);
  return body;
}

/** Reads a reply's audio to its end. Returns the monotonic milliseconds of its first byte. */
async function listen(response: IncomingMessage): Promise<number> {
  if (response.statusCode !== 200) throw new Error(`the reply's audio: ${await text(response)}`);
  let firstAt = 0;
  let bytes = 0;
  for await (const chunk of response) {
    firstAt ||= performance.now();
    bytes += chunk.length;
  }
  if (bytes < leastReplyBytes) throw new Error(`a reply of ${bytes} bytes`);
  return firstAt;
}

/** A peer: the recording goes up, the reply's audio comes back as the answer. */
export async function openPeer(url: string, name: string): Promise<TurnClient> {
  const headers = { 'x-session': name };
  const tell = async (path: string) =>
    void (await text((await send(`${url}${path}`, headers, Buffer.from('-'))).response));
  await tell('/open');
  return {
    async turn(recording) {
      const { response, sentAt } = await send(`${url}/turn`, headers, recording);
      return (await listen(response)) - sentAt;
    },
    close: () => tell('/close'),
  };
}

const boundary = '----viva-bench-7f1c2d';
const head = Buffer.from(
  `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\ncontent-type: audio/wav\r\n\r\n`,
);
const tail = Buffer.from(`\r\n--${boundary}--\r\n`);

const eventSchema = z.object({ type: z.string(), audioUrl: z.string().optional(), message: z.string().optional() });
type TurnEvent = z.output<typeof eventSchema>;

/** The product: the recording is uploaded, the subscription announces the reply, its audio is fetched. */
export async function openViva(
  url: string,
  { sessionId, headers }: { sessionId: string; headers: { authorization: string } },
): Promise<TurnClient> {
  const input = encodeURIComponent(JSON.stringify({ sessionId }));
  const { response: events } = await send(`${url}/trpc/chat.onEvent?input=${input}`, headers);
  const connected = Promise.withResolvers<void>();
  let onEvent = (_event: TurnEvent): void => {};
  readEvents(events, (event) => (event ? onEvent(event) : connected.resolve())).catch(connected.reject);
  await connected.promise;
  return {
    async turn(recording) {
      const reply = Promise.withResolvers<number>();
      const ended = Promise.withResolvers<void>();
      onEvent = ({ type, audioUrl, message }) => {
        if (type === 'reply-started')
          send(`${url}${audioUrl}`, headers).then(({ response }) => reply.resolve(listen(response)), reply.reject);
        if (type === 'turn-ended') ended.resolve();
        if (type !== 'turn-failed') return;
        ended.reject(new Error(`a turn failed: ${message}`));
        reply.reject(new Error('no reply'));
      };
      const upload = send(
        `${url}/upload/turns/${sessionId}`,
        { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
        Buffer.concat([head, recording, tail]),
      ).then(async ({ response, sentAt }) => {
        await text(response);
        return sentAt;
      });
      const [, sentAt, firstAt] = await Promise.all([ended.promise, upload, reply.promise]);
      return firstAt - sentAt;
    },
    async close() {
      events.destroy();
    },
  };
}

/** Calls back with every event but the deltas, which nobody here needs; with null when the server listens. */
async function readEvents(response: IncomingMessage, tell: (event: TurnEvent | null) => void): Promise<void> {
  if (response.statusCode !== 200) throw new Error(`the subscription: ${await text(response)}`);
  let rest = '';
  response.setEncoding('utf8').on('error', () => {});
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      if (part.includes('event: connected')) tell(null);
      else if (!part.includes('"reply-delta"')) {
        const data = /^data: (\{.*"type".*)$/m.exec(part)?.[1];
        if (data) tell(eventSchema.parse(JSON.parse(data)));
      }
    }
  });
}
