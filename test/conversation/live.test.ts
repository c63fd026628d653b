import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TurnEvent } from '../../src/conversation/events.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const terminal = new Set(['turn-ended', 'turn-failed', 'turn-interrupted']);

/** Follows a conversation until so many turns are over. */
async function followTurns(sessionId: string, turns: number, lastEventId?: string) {
  const events: { id: string; data: TurnEvent }[] = [];
  const done = Promise.withResolvers<void>();
  const connected = Promise.withResolvers<void>();
  const subscription = user.viva.chat.onEvent.subscribe(
    { sessionId, ...(lastEventId && { lastEventId: Number(lastEventId) }) },
    {
      onStarted: () => connected.resolve(),
      onData: (event) => {
        events.push(event);
        if (events.filter(({ data }) => terminal.has(data.type)).length === turns) done.resolve();
      },
      onError: done.reject,
    },
  );
  await connected.promise;
  return { events, done: done.promise.finally(() => subscription.unsubscribe()) };
}

const create = (questionCount = 1) =>
  user.viva.sessions.create.mutate({ jobDescription: 'TypeScript developer for payment APIs.', questionCount });

test('a turn is told in order, its reply is spoken into one file, and both are stored', async () => {
  const session = await create();
  const { events, done } = await followTurns(session.id, 1);
  await user.viva.chat.begin.mutate({ sessionId: session.id });
  await done;
  const types = events.map(({ data }) => data.type).filter((type, at, all) => type !== all[at - 1]);
  expect(types).toEqual(['turn-started', 'reply-started', 'reply-delta', 'reply-end', 'turn-ended']);
  const started = events.map(({ data }) => data).find((data) => data.type === 'reply-started');
  const ended = events.map(({ data }) => data).find((data) => data.type === 'reply-end');
  const audio = await user.viva.fetchAudio(started?.audioUrl ?? '');
  const bytes = Buffer.from(await audio.arrayBuffer());
  expect(audio.headers.get('content-type')).toBe('audio/mpeg');
  expect(bytes.length).toBeGreaterThan(5_000);
  expect(ended?.text).toContain(session.questions[0]?.text);
  const message = await server.deps.db.prisma.message.findFirst({
    where: { sessionId: session.id },
    include: { audio: true },
  });
  expect(message).toMatchObject({ role: 'interviewer', text: ended?.text, audioPartial: false });
  expect(message?.audio?.bytes).toBe(bytes.length);
});

test('a spoken turn is transcribed while it arrives, and the interviewer goes on from it', async () => {
  const session = await create(2);
  const first = await followTurns(session.id, 1);
  await user.viva.chat.begin.mutate({ sessionId: session.id });
  await first.done;
  const { events, done } = await followTurns(session.id, 1);
  const words = 'I led the migration of our payment API to TypeScript and cut the error rate by 40 percent.';
  const { turnId } = await user.viva.uploadTurn(session.id, new Blob([await server.say(words)]), {
    fileName: 'turn.mp3',
  });
  await done;
  const heard = events.map(({ data }) => data).find((data) => data.type === 'transcript-end');
  expect(heard).toMatchObject({ turnId, text: words });
  expect(events.at(-1)?.data).toMatchObject({ type: 'turn-ended', interviewOver: false });
});

test('two turns at once are refused, and interrupting one cuts the reply to what was heard', async () => {
  const session = await create();
  const { events, done } = await followTurns(session.id, 1);
  server.upstream.setPace({ tokenMs: 60 });
  await user.viva.chat.begin.mutate({ sessionId: session.id });
  await expect(user.viva.chat.say.mutate({ sessionId: session.id, text: 'Hello' })).rejects.toMatchObject({
    data: { error: { code: 'conflict' } },
  });
  expect(await user.viva.chat.interrupt.mutate({ sessionId: session.id, heardMs: 600 })).toMatchObject({
    interrupted: true,
  });
  await done;
  server.upstream.setPace({ tokenMs: 0 });
  expect(events.at(-1)?.data).toMatchObject({
    type: 'turn-interrupted',
    heardMs: 600,
    heardText: expect.any(String),
  });
});

test('what was missed is replayed from the last id, without gap or double', async () => {
  const session = await create();
  const { events, done } = await followTurns(session.id, 1);
  await user.viva.chat.begin.mutate({ sessionId: session.id });
  await done;
  const middle = Math.floor(events.length / 2);
  const again = await followTurns(session.id, 1, events[middle]?.id);
  await again.done;
  expect(again.events).toEqual(events.slice(middle + 1));
});
