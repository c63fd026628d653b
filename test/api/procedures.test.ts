import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { appRouter } from '../../src/trpc/router.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { type Belongings, nobodys, somebodys } from './support/belongings.ts';
import { goodAnswer } from './support/interviews.ts';

let server: Viva;
let stranger: SignedIn;
let theirs: Belongings;
beforeAll(async () => {
  server = await startViva();
  stranger = await server.signIn();
  theirs = await somebodys(server);
});
afterAll(() => server?.close());

type Input = Record<string, unknown>;
interface Expected {
  /** For anybody, signed in or not. */
  open?: true;
  /** Names things by id: made from somebody's belongings. */
  names?: (of: Belongings) => Input;
  /** Ids that only mark a place in one's own list. */
  cursor?: (id: string) => Input;
}
const bySession: Expected = { names: ({ sessionId }) => ({ sessionId }) };
const byQuestion: Expected = { names: ({ questionId }) => ({ questionId }) };
const byAnswer: Expected = { names: ({ answerId }) => ({ answerId }) };
const page: Expected = { cursor: (cursor) => ({ cursor }) };

/** Every procedure there is: one without a line here fails the first test. */
const procedures: Record<string, Expected> = {
  'auth.guest': { open: true },
  'auth.register': { open: true },
  'auth.login': { open: true },
  'auth.refresh': { open: true },
  'auth.logout': { open: true },
  'auth.me': {},
  'auth.consent': {},
  'sessions.create': { names: ({ cvId }) => ({ jobDescription: 'Baker', cvId }) },
  'sessions.get': bySession,
  'sessions.list': page,
  'sessions.history': page,
  'sessions.end': bySession,
  'sessions.delete': bySession,
  'sessions.export': bySession,
  'sessions.usage': bySession,
  'questions.list': bySession,
  'questions.get': byQuestion,
  'questions.respeak': byQuestion,
  'questions.onReady': bySession,
  'answers.list': { names: ({ sessionId, questionId }) => ({ sessionId, questionId }), ...page },
  'answers.get': byAnswer,
  'answers.submitText': { names: ({ questionId }) => ({ questionId, text: goodAnswer }) },
  'answers.choose': byAnswer,
  'answers.retry': byAnswer,
  'answers.onTranscript': byAnswer,
  'evaluation.run': bySession,
  'evaluation.get': bySession,
  'evaluation.onProgress': bySession,
  'chat.onEvent': bySession,
  'chat.begin': bySession,
  'chat.say': { names: ({ sessionId }) => ({ sessionId, text: goodAnswer }) },
  'chat.retry': bySession,
  'chat.interrupt': { names: ({ sessionId }) => ({ sessionId, heardMs: 1 }) },
  'chat.reset': bySession,
  'realtime.createClientSecret': bySession,
  'realtime.createCall': { names: ({ sessionId }) => ({ sessionId, sdp: 'v=0' }) },
  'realtime.hangUp': {},
  'realtime.createChatKitSession': {},
  'voices.list': { open: true },
  'voices.sample': {},
};
const definition = z.object({ type: z.enum(['query', 'mutation', 'subscription']) });
const typeOf = new Map(
  Object.entries(appRouter._def.procedures).map(([name, procedure]) => [
    name,
    definition.parse(Reflect.get(procedure, '_def')).type,
  ]),
);
const closed = Object.entries(procedures).filter(([, expected]) => !expected.open);
const naming = Object.entries(procedures).flatMap(([name, { names }]) => (names ? [{ name, names }] : []));
const paging = Object.entries(procedures).flatMap(([name, { cursor }]) => (cursor ? [{ name, cursor }] : []));

const trpcError = z.object({
  message: z.string(),
  data: z.object({ code: z.string(), error: z.object({ code: z.string(), message: z.string() }) }),
});

/** Calls a procedure on the bare wire; null when it was not refused. */
async function refusal(name: string, input: Input | undefined, token?: string) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const json = JSON.stringify(input ?? {});
  const response =
    typeOf.get(name) === 'mutation'
      ? await fetch(`${server.url}/trpc/${name}`, {
          method: 'POST',
          headers,
          body: json,
        })
      : await fetch(`${server.url}/trpc/${name}?input=${encodeURIComponent(json)}`, { headers });
  const text = await response.text();
  if (typeOf.get(name) !== 'subscription') {
    const body = z.object({ error: trpcError.optional() }).parse(JSON.parse(text));
    return body.error ? { status: response.status, ...summaryOf(body.error) } : null;
  }
  const event = /^event: serialized-error\ndata: (.*)$/m.exec(text)?.[1];
  return event ? summaryOf(trpcError.parse(JSON.parse(event))) : null;
}

function summaryOf({ message, data }: z.output<typeof trpcError>) {
  expect(data.error.message).toBe(message);
  return { trpc: data.code, code: data.error.code };
}

test('every procedure has its line in this table', () => {
  expect([...typeOf.keys()].toSorted()).toEqual(Object.keys(procedures).toSorted());
});

describe('without signing in', () => {
  test.each(closed)('%s is UNAUTHORIZED', async (name, { names }) => {
    expect(await refusal(name, names?.(theirs))).toMatchObject({ trpc: 'UNAUTHORIZED', code: 'unauthenticated' });
  });

  test('the voices can be listed', async () => {
    expect(await refusal('voices.list', undefined)).toBeNull();
  });
});

describe.each([
  ["somebody else's", () => theirs],
  ["nobody's", () => nobodys],
])('%s ids', (_whose, belongings) => {
  test.each(naming)('$name: each is NOT_FOUND', async ({ name, names }) => {
    for (const input of oneIdEach(names(belongings()))) {
      expect(await refusal(name, input, stranger.token)).toMatchObject({ trpc: 'NOT_FOUND', code: 'not_found' });
    }
  });
});

/** `answers.list` takes two ids, either of which is enough. */
const oneIdEach = (input: Input): Input[] =>
  'sessionId' in input && 'questionId' in input
    ? [input, { sessionId: input.sessionId }, { questionId: input.questionId }]
    : [input];

const malformed = ['not-a-uuid', '', '../../etc/passwd', `${'0'.repeat(35)}\0`, '%2e%2e', 7, null, {}];

describe('a malformed id', () => {
  const badRequest = { trpc: 'BAD_REQUEST', code: 'invalid_input' };

  test.each(naming)('$name: is BAD_REQUEST', async ({ name, names }) => {
    const fields = Object.entries(names(theirs)).filter(([field]) => field.endsWith('Id'));
    expect(fields.length).toBeGreaterThan(0);
    for (const [field] of fields) {
      for (const id of malformed) {
        expect(await refusal(name, { ...names(theirs), [field]: id }, stranger.token)).toMatchObject(badRequest);
      }
    }
  });

  test.each(paging)('$name: is BAD_REQUEST as a cursor', async ({ name, cursor }) => {
    expect(await refusal(name, cursor('not-a-uuid'), stranger.token)).toMatchObject(badRequest);
    expect(await refusal(name, cursor(theirs.sessionId), stranger.token)).toBeNull();
  });
});

test('nothing of all this changed what the owner has', async () => {
  const { prisma } = server.deps.db;
  expect(await prisma.session.findUnique({ where: { id: theirs.sessionId } })).toMatchObject({ state: 'active' });
  expect(await prisma.answer.count()).toBe(1);
  expect(await prisma.evaluation.count()).toBe(0);
  expect(server.upstream.callsTo('chat')).toEqual([]);
  expect(server.upstream.callsTo('speech')).toEqual([]);
});
