import { z } from 'zod';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

/** A caller with a browser's cookie jar, or with a token. */
export interface Voice {
  ask(prompt: string): Promise<Response>;
  clear(): Promise<Response>;
}

export const systemMessage = { role: 'system', content: 'You are a helpful AI voice assistant.' };

const chatBody = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  max_completion_tokens: z.number(),
});

export const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
export const saying = (prompt: string, headers?: Record<string, string>) => post({ prompt }, headers);
export const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';

export const answerOf = async (response: Response) =>
  z.strictObject({ response: z.string() }).parse(await response.json()).response;

export const withToken = (user: SignedIn): Voice => ({
  ask: (prompt) => user.fetch('/api/voice/ask', saying(prompt)),
  clear: () => user.fetch('/api/voice/clear', { method: 'POST' }),
});

/** A server with what its voice routes are tested with. */
export async function startVoices(environment: Record<string, string> = {}) {
  const server: Viva = await startViva(environment);
  const path = (name: string) => `${server.url}/api/voice/${name}`;
  /** What the model was sent with this prompt. */
  function sentWith(prompt: string) {
    const bodies = server.upstream.callsTo('chat').map(({ body }) => chatBody.parse(body));
    const found = bodies.findLast(({ messages }) => messages.at(-1)?.content === prompt);
    if (!found) throw new Error(`the model was not asked: ${prompt}`);
    return found;
  }
  return {
    server,
    path,
    sentWith,
    contents: (prompt: string) => sentWith(prompt).messages.map(({ content }) => content),
    storedMessages: () => server.deps.db.prisma.assistantMessage.count(),
    browser(): Voice & { cookie: string } {
      const jar = {
        cookie: '',
        async ask(prompt: string) {
          const response = await fetch(path('ask'), saying(prompt, { cookie: jar.cookie }));
          jar.cookie = cookieOf(response) || jar.cookie;
          return response;
        },
        clear: () => fetch(path('clear'), { method: 'POST', headers: { cookie: jar.cookie } }),
      };
      return jar;
    },
  };
}

export type Voices = Awaited<ReturnType<typeof startVoices>>;
