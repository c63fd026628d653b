import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { acknowledgementLines } from '../../src/conversation/acknowledgement-lines.ts';
import { spokenLanguages } from '../../src/interview/language.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { turn } from './talking.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const lines = acknowledgementLines.en ?? [];
const words = 'I led the migration of our payment API to TypeScript.';
const say = (sessionId: string) => user.viva.chat.say.mutate({ sessionId, text: words });
const spokenFillers = () => server.deps.db.prisma.audioFile.count({ where: { kind: 'filler' } });

async function begun(acknowledge: boolean) {
  const input = { jobDescription: 'Baker', questionCount: 2, speakQuestions: false, interviewer: { acknowledge } };
  const session = await user.viva.sessions.create.mutate(input);
  await turn(user, session.id, () => user.viva.chat.begin.mutate({ sessionId: session.id }));
  return session;
}

test('none unless the session asks for them', async () => {
  const { id } = await begun(false);
  const events = await turn(user, id, () => say(id));
  expect(events.filter(({ type }) => type === 'acknowledgement')).toEqual([]);
  expect(await spokenFillers()).toBe(0);
});

test('spoken once per voice and language, told before the reply, another one each time', async () => {
  const { id } = await begun(true);
  await vi.waitFor(async () => expect(await spokenFillers()).toBe(lines.length), { timeout: 15_000 });
  const told: string[] = [];
  // As long as a model takes.
  server.upstream.setPace({ firstTokenMs: 150 });
  for (let answer = 0; answer < 2; answer++) {
    const events = await turn(user, id, () => say(id));
    const at = events.findIndex(({ type }) => type === 'acknowledgement');
    const acknowledgement = events[at];
    if (acknowledgement?.type !== 'acknowledgement') return expect.fail('no acknowledgement');
    expect(at).toBeLessThan(events.findIndex(({ type }) => type === 'reply-delta'));
    expect(lines).toContain(acknowledgement.text);
    told.push(acknowledgement.text);
    // It says nothing about anybody: the next user with this voice hears the same file.
    const neighbour = await server.signIn();
    const audio = await neighbour.fetch(acknowledgement.audioUrl);
    expect([audio.status, audio.headers.get('content-type')]).toEqual([200, 'audio/mpeg']);
    expect((await fetch(new URL(acknowledgement.audioUrl, server.url))).status).toBe(401);
  }
  expect(new Set(told).size).toBe(2);
  const before = server.upstream.callsTo('speech').length;
  const again = await begun(true);
  const events = await turn(user, again.id, () => say(again.id));
  expect(events).toContainEqual(expect.objectContaining({ type: 'acknowledgement' }));
  const spoken = server.upstream.callsTo('speech').slice(before);
  expect(spoken.filter(({ body }) => lines.includes(String(body.input)))).toEqual([]);
});

test('every language that has lines is one that is spoken, and each line is short', () => {
  for (const [language, ofLanguage] of Object.entries(acknowledgementLines)) {
    expect(spokenLanguages).toContain(language);
    expect(ofLanguage.length).toBeGreaterThan(1);
    for (const line of ofLanguage) expect(line.length).toBeLessThan(40);
  }
});
