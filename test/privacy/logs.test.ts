import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { createVivaClient } from '../../src/client.ts';
import { extractionSchemaName, questionsSchemaName } from '../../src/interview/prompts.ts';
import { goodAnswer, recording, seedInterview } from '../api/support/interviews.ts';
import { interview, turn } from '../conversation/talking.ts';
import type { RecordedCall } from '../support/scripted-upstream.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

/** What must not be in the log, by where it was planted. */
const planted = new Map<string, string>();
function plant(where: string, value = `Quetzal${randomUUID().replaceAll('-', '')}`): string {
  planted.set(where, value);
  return value;
}

const lines: string[] = [];
let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  const secret = plant('JWT_SECRET', randomUUID() + randomUUID());
  server = await startViva({ JWT_SECRET: secret }, undefined, { write: (line) => void lines.push(line) });
  plant('the key for the upstream', server.upstream.apiKey);
  user = await server.signIn();
  plant('a token', user.token);
});
afterAll(() => server?.close());

const logged = () => lines.join('');
/** Whatever the test expects to fail. */
const failing = (work: Promise<unknown>) => expect(work).rejects.toThrow();
const anything = () => true;

/** The next such call is refused, in words that repeat everything it sent, as some servers do. */
function echoNext(status: number, matches: (call: RecordedCall) => boolean = anything): void {
  let sent = '';
  const take = (response: ServerResponse) => {
    const error = { message: `I cannot: ${sent}`, type: sent, code: sent, param: sent };
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1' });
    response.end(JSON.stringify({ error }));
  };
  const remember = (call: RecordedCall) => {
    if (!matches(call)) return false;
    sent = `${JSON.stringify(call.body)} ${server.upstream.apiKey}`;
    return true;
  };
  server.upstream.hold(remember, 1, { take }).open();
}

const to = (endpoint: string) => (call: RecordedCall) => call.endpoint === endpoint;
const asking = (schemaName: string) => (call: RecordedCall) => call.schemaName === schemaName;

test('identity: names, addresses, passwords and tokens', async () => {
  const anybody = createVivaClient({ url: server.url });
  await anybody.auth.guest.mutate({ name: plant('a name') });
  const password = plant('a password');
  const email = `${plant('an e-mail').toLowerCase()}@example.org`;
  planted.set('an e-mail', email);
  const tokens = await anybody.auth.register.mutate({ email, password });
  plant('an access token', tokens.token);
  plant('a refresh token', tokens.refreshToken);
  await failing(anybody.auth.register.mutate({ email, password }));
  await failing(anybody.auth.login.mutate({ email, password: plant('a wrong password') }));
  await failing(anybody.auth.refresh.mutate({ refreshToken: plant('a wrong refresh token') }));
  await failing(createVivaClient({ url: server.url, token: plant('a forged token') }).auth.me.query());
  const viva = createVivaClient({ url: server.url, token: tokens.token });
  await failing(viva.auth.deleteAccount.mutate({ confirm: true, password: plant('a wrong confirmation') }));
});

test('requests: addresses, queries, bodies and what they call their fields', async () => {
  const json = { 'content-type': 'application/json' };
  const word = () => plant(`a request ${planted.size}`);
  await user.fetch(`/nowhere/${word()}?${word()}=${word()}`);
  await user.fetch(`/audio/${word()}?token=${word()}`);
  await user.fetch(`/%${word()}`);
  await user.fetch('/api/auth/register', { method: 'POST', headers: json, body: `{"${word()}": ${word()}` });
  await user.fetch('/api/auth/register', {
    method: 'POST',
    headers: { ...json, cookie: `viva_token=${word()}`, referer: word(), 'user-agent': word() },
    body: JSON.stringify({ [word()]: word(), email: word(), password: word() }),
  });
  await user.fetch('/api/audio-interview/questions', { method: 'POST', headers: json, body: `["${word()}"]` });
  await user.fetch(`/trpc/sessions.get?input=${encodeURIComponent(JSON.stringify({ sessionId: word() }))}`);
  await user.fetch('/trpc/sessions.create', { method: 'POST', headers: json, body: `{"${word()}"` });
  await user.fetch(`/trpc/${word()}`);
  await user.fetch('/trpc/sessions.get', { method: 'DELETE' });
});

test('sockets: tokens and messages', async () => {
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/api/conversation?token=${plant('a socket’s query')}`,
    ['viva', `bearer.${plant('a subprotocol')}`],
  );
  const told: string[] = [];
  socket.on('message', (data) => told.push(String(data)));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(`{"${plant('a broken message')}"`);
  socket.send(JSON.stringify({ action: plant('an action') }));
  socket.send(JSON.stringify({ action: 'start', token: plant('a token in a message') }));
  await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(3));
  socket.terminate();
});

test('files: their names and what is in them, also refused ones', async () => {
  const { id, questionIds } = await seedInterview(server, user.userId);
  const name = () => ({ fileName: `${plant(`a file’s name ${planted.size}`)}.wav` });
  await user.viva.uploadAnswer(questionIds[0], recording(), name());
  await failing(user.viva.uploadAnswer(questionIds[0], new Blob([plant('a file that is no sound')]), name()));
  const cut = (await recording(1).arrayBuffer()).slice(0, 400);
  await failing(user.viva.uploadAnswer(questionIds[0], new Blob([cut]), name()));
  await failing(user.viva.uploadTurn(id, new Blob([plant('a turn that is no sound')]), name()));
  const pdf = new Blob([`%PDF-1.7\n${plant('a broken PDF')}\n%%EOF`]);
  await failing(user.viva.uploadCv(pdf, { fileName: `${plant('a CV’s name')}.pdf` }));
});

test('an interview, with upstreams that repeat what they were asked', async () => {
  const { viva } = user;
  const { id: cvId } = await viva.uploadCv(new Blob([`${plant('a CV')} ${goodAnswer}`]), {
    fileName: `${plant('the name of a CV')}.txt`,
  });
  const input = { jobDescription: plant('a job description'), cvId, questionCount: 1 };
  for (const status of [400, 401, 404, 422, 429]) {
    echoNext(status, asking(questionsSchemaName));
    // What passes is asked for again, and may succeed.
    await viva.sessions.create.mutate({ ...input, speakQuestions: false }).catch(() => null);
  }
  server.upstream.replyNext(questionsSchemaName, { [plant('a key of a reply')]: plant('a reply that is none') });
  server.upstream.replyNext(questionsSchemaName, plant('a reply without JSON'));
  await failing(viva.sessions.create.mutate(input));
  server.upstream.hold(asking(questionsSchemaName), 1, { say: { content: null, refusal: plant('a refusal') } }).open();
  await failing(viva.sessions.create.mutate(input));

  echoNext(400, to('speech'));
  const session = await viva.sessions.create.mutate(input);
  const [question] = session.questions;
  if (!question) throw new Error('no question');
  plant('a question', question.text);
  await vi.waitFor(async () => {
    expect((await viva.questions.get.query({ questionId: question.id })).speechState).toBe('failed');
  });
  for (const status of [400, 403]) {
    echoNext(status, to('transcriptions'));
    const { id: answerId } = await viva.uploadAnswer(question.id, recording(status));
    await vi.waitFor(async () => expect((await viva.answers.get.query({ answerId })).failure).not.toBeNull());
  }
  server.upstream.hearNext(plant('a transcript'));
  const { id: answerId } = await viva.uploadAnswer(question.id, recording(2));
  await vi.waitFor(async () => expect((await viva.answers.get.query({ answerId })).transcriptState).toBe('done'), {
    timeout: 10_000,
  });
  echoNext(400, asking(extractionSchemaName));
  await viva.evaluation.run.mutate({ sessionId: session.id });
  await viva.evaluation.run.mutate({ sessionId: session.id });
  expect(logged()).toContain('an answer could not be evaluated');
});

test('a conversation, with upstreams that fail in every stage', async () => {
  const talk = await interview(user);
  const say = (where: string) => () => user.viva.chat.say.mutate({ sessionId: talk.id, text: plant(where) });
  echoNext(400, asking('text'));
  expect((await turn(user, talk.id, say('what was typed'))).at(-1)).toMatchObject({ type: 'turn-failed' });
  echoNext(400, to('speech'));
  await turn(user, talk.id, say('what is not to be spoken'));
  server.upstream.failNext('chat', 'malformed-sse');
  server.upstream.failNext('chat', 'truncated-body');
  await turn(user, talk.id, say('what breaks off'));
  echoNext(400, to('transcriptions'));
  await turn(user, talk.id, () =>
    user.viva.uploadTurn(talk.id, recording(5), { fileName: `${plant('a turn’s name')}.wav` }).catch(() => null),
  );
  server.upstream.hearNext(plant('what was said'));
  server.upstream.replyNext('text', plant('a reply of the interviewer'));
  await turn(user, talk.id, () => user.viva.uploadTurn(talk.id, recording(6)));
  expect(logged()).toContain('a turn failed');
});

test('a database that quotes what it was to store', async () => {
  const { pool } = server.deps.db;
  const talk = await interview(user);
  // PostgreSQL says which row it does not take, with all that is in it.
  for (const table of ['cvs', 'messages', 'answers', 'sessions', 'users']) {
    await pool.query(`alter table ${table} add constraint refusing check (false) not valid`);
  }
  try {
    await failing(
      user.viva.uploadCv(new Blob([`${plant('a CV that is not stored')} ${goodAnswer}`]), {
        fileName: plant('its name'),
      }),
    );
    await failing(
      user.viva.sessions.create.mutate({ jobDescription: plant('a job that is not stored'), questionCount: 1 }),
    );
    await failing(
      createVivaClient({ url: server.url }).auth.guest.mutate({ name: plant('a name that is not stored') }),
    );
    await turn(user, talk.id, () =>
      user.viva.chat.say.mutate({ sessionId: talk.id, text: plant('a message that is not stored') }),
    );
  } finally {
    for (const table of ['cvs', 'messages', 'answers', 'sessions', 'users']) {
      await pool.query(`alter table ${table} drop constraint refusing`);
    }
  }
  // An error of ours names the constraint, so that somebody can find out.
  expect(logged()).toContain('"constraint":"refusing"');
});

test('none of it is in the log, whose lines tell enough to be worth having', async () => {
  await server.close();
  await sleep(0);
  const log = logged();
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  expect(lines.length).toBeGreaterThan(30);
  expect(log).toContain('"status":400');
  expect(log).toContain('"stack":"at ');
  expect(planted.size).toBeGreaterThan(40);
  const found = [...planted].filter(
    ([, value]) => log.includes(value) || log.includes(JSON.stringify(value).slice(1, -1)),
  );
  expect(found.map(([where, value]) => `${where}: ${lines.find((line) => line.includes(value))}`)).toEqual([]);
});
