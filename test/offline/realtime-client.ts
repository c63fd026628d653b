import { once } from 'node:events';
import OpenAI from 'openai';
import WebSocket from 'ws';
import type { ScriptedUpstream } from '../support/scripted-upstream.ts';

export type RealtimeEvent = Record<string, unknown> & { type: string };

export interface RealtimeClient extends AsyncDisposable {
  socket: WebSocket;
  events: RealtimeEvent[];
  send(event: Record<string, unknown>): void;
  /** The first event of this type after those that were taken before; waits for it. Throws when the socket closes. */
  take(type: string): Promise<RealtimeEvent>;
  /** The code with which the socket closes. */
  closed: Promise<number>;
  /** Appends the samples in pieces of 100 ms. */
  say(samples: Int16Array): void;
  close(): Promise<void>;
}

/** What answered a handshake that was refused. */
export class RefusedHandshake extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`the handshake was refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Opens a socket to the stand-in, with its key unless another is given. Throws `RefusedHandshake`. */
export async function openRealtime(
  upstream: Pick<ScriptedUpstream, 'url' | 'apiKey'>,
  query: string,
  options: { key?: string; protocols?: string[]; headers?: Record<string, string> } = {},
): Promise<RealtimeClient> {
  const headers = options.protocols ? {} : { authorization: `Bearer ${options.key ?? upstream.apiKey}` };
  const url = `${upstream.url.replace('http', 'ws')}/realtime${query}`;
  const socket = new WebSocket(url, options.protocols ?? [], { headers: { ...headers, ...options.headers } });
  const events: RealtimeEvent[] = [];
  let taken = 0;
  const arrived = new EventTarget();
  socket.on('message', (data) => {
    events.push(JSON.parse(String(data)));
    arrived.dispatchEvent(new Event('event'));
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  void closed.then(() => arrived.dispatchEvent(new Event('event')));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('unexpected-response', async (_request, response) => {
      const pieces = await response.toArray();
      reject(new RefusedHandshake(response.statusCode ?? 0, JSON.parse(Buffer.concat(pieces).toString())));
    });
  });
  const send = (event: Record<string, unknown>) => socket.send(JSON.stringify(event));
  const close = async () => {
    socket.terminate();
    await closed;
  };
  return {
    socket,
    events,
    send,
    closed,
    async take(type) {
      for (;;) {
        const index = events.findIndex((event, position) => position >= taken && event.type === type);
        if (index >= 0) {
          taken = index + 1;
          return events[index] ?? { type };
        }
        if (socket.readyState === WebSocket.CLOSED) throw new Error(`the socket closed before ${type}`);
        await once(arrived, 'event');
      }
    },
    say(samples) {
      for (let start = 0; start < samples.length; start += 2400) {
        const piece = samples.slice(start, start + 2400);
        send({ type: 'input_audio_buffer.append', audio: Buffer.from(piece.buffer).toString('base64') });
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What the offline voice says, as samples at 24 kHz. */
export async function speechSamples(upstream: ScriptedUpstream, input: string): Promise<Int16Array> {
  const client = new OpenAI({ baseURL: upstream.url, apiKey: upstream.apiKey });
  const answer = await client.audio.speech.create({ model: 'tts-1', voice: 'ash', input, response_format: 'pcm' });
  return new Int16Array(await answer.arrayBuffer());
}

export const silence = (seconds: number) => new Int16Array(24_000 * seconds);

/** The samples of all audio deltas of a response. */
export function spokenSamples(events: RealtimeEvent[]): Int16Array {
  const deltas = events.filter(({ type }) => type === 'response.output_audio.delta');
  const bytes = Buffer.concat(deltas.map(({ delta }) => Buffer.from(String(delta), 'base64')));
  return new Int16Array(new Uint8Array(bytes).buffer);
}

/** Instructions to read a text to the letter. */
export const readAloud = (text: string) =>
  `Read this aloud, word for word.\n<read_aloud>\n${JSON.stringify(text)}\n</read_aloud>`;
