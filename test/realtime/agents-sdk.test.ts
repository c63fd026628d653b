import { OpenAIRealtimeWebSocket, RealtimeAgent, type RealtimeItem, RealtimeSession } from '@openai/agents-realtime';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { interview, messagesOf } from '../conversation/talking.ts';
import { silence, speechSamples } from '../offline/realtime-client.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const patient = { timeout: 15_000, interval: 10 };

/** OpenAI's own client, as its documentation sets it up: only the address is ours, and the key is our token. */
function agentSession(query = '') {
  const transport = new OpenAIRealtimeWebSocket({ url: `${server.url.replace('http', 'ws')}/realtime${query}` });
  const agent = new RealtimeAgent({ name: 'Assistant', instructions: 'Answer kindly.' });
  const session = new RealtimeSession(agent, { transport });
  const errors: unknown[] = [];
  session.on('error', ({ error }) => errors.push(error));
  return { session, errors };
}

const saidIn = ({ history }: RealtimeSession) =>
  history.flatMap((item: RealtimeItem) => {
    if (item.type !== 'message') return [];
    const said = item.content.map((part) => ('text' in part ? part.text : Object(part).transcript)).join('');
    return [`${item.role}: ${said}`];
  });

test("OpenAI's agents SDK talks through it, unmodified", async () => {
  const { session, errors } = agentSession();
  let heardBytes = 0;
  session.on('audio', ({ data }) => {
    heardBytes += data.byteLength;
  });
  await session.connect({ apiKey: user.token });
  session.sendMessage('Hello, I ran a small bakery in Graz.');
  await vi.waitFor(() => expect(saidIn(session)[1]).toMatch(/assistant: .*bakery in Graz/), patient);
  expect(heardBytes).toBeGreaterThan(48_000);

  const samples = await speechSamples(server.upstream, 'I learned to bake bread with four colleagues.');
  session.sendAudio(Int16Array.from([...samples, ...silence(2)]).buffer);
  await vi.waitFor(() => expect(saidIn(session)[3]).toMatch(/assistant: .*four colleagues/), patient);
  expect(saidIn(session)[2]).toBe('user: I learned to bake bread with four colleagues.');
  expect(errors).toEqual([]);
  const upstream = await server.upstream.realtime.latest();
  expect(JSON.stringify(upstream.received)).toContain('Answer kindly.');
  session.close();
});

test('in an interview it is told that its settings are not taken, and the interview goes on', async () => {
  const { id } = await interview(user);
  const { session, errors } = agentSession(`?session_id=${id}`);
  await session.connect({ apiKey: user.token });
  session.sendMessage('Hello, I am ready.');
  await vi.waitFor(async () => expect(await messagesOf(server, id)).toHaveLength(2), patient);
  expect(await messagesOf(server, id)).toMatchObject([
    { role: 'candidate', text: 'Hello, I am ready.' },
    { role: 'interviewer', text: expect.any(String) },
  ]);
  expect(JSON.stringify(errors)).toContain('session.instructions');
  const upstream = await server.upstream.realtime.latest();
  expect(JSON.stringify(upstream.received)).not.toContain('Answer kindly.');
  session.close();
});
