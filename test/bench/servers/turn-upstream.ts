/**
 * The vendor's three endpoints and its list of models, at a fixed pace and with speech that was encoded beforehand, so
 * that a hundred turns at once cost it next to nothing. Every piece is due at a time counted from the end of its
 * request: a late one delays none after it.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { servedModels } from '../../../src/offline/models.ts';
import { paceSchema, replyTokens, said } from '../turn/pace.ts';
import { endWithParent, settingsOf, tell } from './parent.ts';

const { pace, mp3, pcm } = settingsOf(z.object({ pace: paceSchema, mp3: z.string(), pcm: z.string() }));
const speech = { mp3: inChunks(await readFile(mp3)), pcm: inChunks(await readFile(pcm)) };
const transcription = JSON.stringify({ text: said });
const models = JSON.stringify({
  object: 'list',
  data: servedModels.map(({ id }) => ({ id, object: 'model', created: 0, owned_by: 'bench' })),
});
const replyEvents = replyTokens.map((content) => event([{ index: 0, delta: { content }, finish_reason: null }]));
const replyEnd = event([{ index: 0, delta: {}, finish_reason: 'stop' }]);
const usage = event([], {
  prompt_tokens: 500,
  completion_tokens: replyTokens.length,
  total_tokens: 500 + replyTokens.length,
});

/** How late each piece left, in milliseconds, since the last report. */
let lateness: number[] = [];

function inChunks(bytes: Buffer): Buffer[] {
  const size = Math.ceil(bytes.length / pace.speechChunks);
  return Array.from({ length: pace.speechChunks }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

function event(choices: object[], counted: object | null = null): string {
  const chunk = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 0, model: 'bench', choices };
  return `data: ${JSON.stringify({ ...chunk, usage: counted })}\n\n`;
}

function at(dueMs: number, act: () => void): void {
  // Timers count whole milliseconds: to the nearest, so that they are as often early as late.
  setTimeout(
    () => {
      lateness.push(performance.now() - dueMs);
      act();
    },
    Math.max(0, Math.round(dueMs - performance.now())),
  );
}

/** Writes the pieces, the first at `firstMs` from now and one every `everyMs`; `tail` goes with the last. */
function pour(
  response: ServerResponse,
  pieces: readonly (string | Buffer)[],
  { firstMs, everyMs, tail }: { firstMs: number; everyMs: number; tail?: string },
): void {
  const endedAt = performance.now();
  const write = (index: number) => {
    const piece = pieces[index];
    if (response.destroyed || piece === undefined) return;
    response.write(piece);
    if (index + 1 < pieces.length) at(endedAt + firstMs + (index + 1) * everyMs, () => write(index + 1));
    else response.end(tail);
  };
  at(endedAt + firstMs, () => write(0));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Small pieces leave at once.
  response.socket?.setNoDelay(true);
  const json = { 'content-type': 'application/json' };
  switch (request.url?.replace(/^\/v1/, '')) {
    case '/models':
      response.writeHead(200, json).end(models);
      return;
    case '/audio/transcriptions':
      for await (const _ of request);
      at(performance.now() + pace.transcribeMs, () => response.writeHead(200, json).end(transcription));
      return;
    case '/chat/completions': {
      const counts = (await textOf(request)).includes('"include_usage":true');
      response.setHeader('content-type', 'text/event-stream');
      const tail = `${replyEnd}${counts ? usage : ''}data: [DONE]\n\n`;
      pour(response, replyEvents, { firstMs: pace.firstTokenMs, everyMs: pace.tokenMs, tail });
      return;
    }
    case '/audio/speech': {
      const asPcm = (await textOf(request)).includes('"response_format":"pcm"');
      response.setHeader('content-type', asPcm ? 'audio/pcm' : 'audio/mpeg');
      pour(response, asPcm ? speech.pcm : speech.mp3, { firstMs: pace.speechFirstByteMs, everyMs: pace.speechChunkMs });
      return;
    }
    default:
      response.writeHead(404, json).end('{"error":{"message":"No such address.","type":"invalid_request_error"}}');
  }
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  // Whoever leaves in the middle of a request is gone.
  answer(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', 1024, () => {
  const address = server.address();
  if (typeof address === 'object' && address) tell({ url: `http://127.0.0.1:${address.port}/v1` });
});
process.on('message', () => {
  const sorted = lateness.sort((a, b) => a - b);
  lateness = [];
  tell({ medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0 });
});
endWithParent();
