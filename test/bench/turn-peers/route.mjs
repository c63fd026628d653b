/** The one door of every peer: a recording in, its reply's audio out as it comes. Nobody signs in, nothing is kept. */
import { createServer } from 'node:http';
import { endWithParent, settingsOf, tell } from '../servers/parent.ts';

/** Where the model vendor is, from the bench. */
export const { baseURL, apiKey } = settingsOf({ parse: (settings) => settings });

export const system =
  'You are an experienced, friendly job interviewer in a practice interview held aloud. Every reply is read out by a voice.';
export const models = { transcribe: 'whisper-1', chat: 'gpt-4o', speak: 'tts-1-hd', voice: 'nova' };

/** How many earlier messages go with a turn, as in the product. */
export const remembered = 20;

/**
 * Serves `POST /open` and `POST /turn`, both with the session's name in `x-session`.
 * `open(name)` makes a session; its `turn(recording, write)` answers one recording, and `close()` ends it.
 */
export function serve(open) {
  const sessions = new Map();
  const server = createServer(async (request, response) => {
    try {
      const name = request.headers['x-session'];
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      if (request.url === '/open') {
        sessions.set(name, await open(name));
        response.writeHead(204).end();
      } else if (request.url === '/close') {
        await sessions.get(name)?.close();
        sessions.delete(name);
        response.writeHead(204).end();
      } else {
        response.setHeader('content-type', 'application/octet-stream');
        await sessions.get(name).turn(Buffer.concat(chunks), (audio) => response.write(audio));
        response.end();
      }
    } catch (error) {
      console.error(error);
      response.destroy();
    }
  });
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1', 1024, () => tell({ url: `http://127.0.0.1:${server.address().port}` }));
  endWithParent();
}

/** Cuts streamed text after a full stop, a question mark or an exclamation mark, as soon as it is there. */
export async function* sentences(deltas) {
  let text = '';
  for await (const delta of deltas) {
    text += delta;
    if (!/[.!?]\s*$/.test(text)) continue;
    yield text.trim();
    text = '';
  }
  if (text.trim()) yield text.trim();
}

/** The conversation so far, cut to what goes with the next turn. */
export function createMemory() {
  const messages = [];
  return {
    with(said) {
      messages.push({ role: 'user', content: said });
      return messages.slice(-remembered);
    },
    add(reply) {
      messages.push({ role: 'assistant', content: reply });
    },
  };
}
