import { afterAll, beforeAll, expect, test } from 'vitest';
import { recording } from '../api/support/interviews.ts';
import { interview, turn } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { type ReceivedSpan, type SpanReceiver, startSpanReceiver } from './support/span-receiver.ts';

let receiver: SpanReceiver;
let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  receiver = await startSpanReceiver();
  server = await startViva({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  user = await server.signIn();
});
afterAll(async () => {
  await server?.close();
  await receiver?.[Symbol.asyncDispose]();
});

const parentOf = (span: ReceivedSpan) => receiver.spans.find(({ spanId }) => spanId === span.parentSpanId);
const childrenOf = (span: ReceivedSpan) => receiver.spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);

test("a request goes on with its caller's trace, and names its route, user and session", async () => {
  const session = await interview(user);
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const input = encodeURIComponent(JSON.stringify({ sessionId: session.id }));
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  expect((await user.fetch(`/trpc/sessions.get?input=${input}`, { headers })).status).toBe(200);

  const root = await receiver.find('request', (span) => span.traceId === traceId && span.kind === 2);
  expect(root).toMatchObject({
    name: 'GET /trpc/:path',
    parentSpanId: '00f067aa0ba902b7',
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/trpc/:path',
      'http.response.status_code': 200,
      'user.id': user.userId,
      'session.id': session.id,
    },
  });
  const [call] = childrenOf(root);
  expect(call).toMatchObject({
    name: 'sessions.get',
    attributes: { 'rpc.method': 'sessions.get', 'session.id': session.id },
  });
  expect(receiver.resources[0]).toMatchObject({ 'service.name': 'viva' });
});

test('a live turn has a span for each stage and each call to a model, and none of them holds a word that was said', async () => {
  const session = await interview(user);
  const words = 'Zwetschgenkuchen is what I bake on Sundays';
  server.upstream.replyNext('text', 'Marzipankartoffel, you say. And what else?');
  const body = new FormData();
  body.set('audio', new Blob([await server.say(words)], { type: 'audio/mpeg' }), 'Zwetschgenkuchen.mp3');
  await turn(user, session.id, () => user.fetch(`/upload/turns/${session.id}`, { method: 'POST', body }));

  const whole = await receiver.find('turn', ({ name, attributes }) => {
    return name === 'turn' && attributes['gen_ai.conversation.id'] === session.id;
  });
  expect(whole.attributes).toMatchObject({ 'viva.turn.by': 'speech', 'viva.outcome': 'ended' });
  await receiver.find('stage', ({ name, parentSpanId }) => name === 'turn speech' && parentSpanId === whole.spanId);
  const children = childrenOf(whole);
  const stages = children.filter(({ name }) => name.startsWith('turn '));
  expect(stages.map(({ attributes }) => attributes['viva.turn.stage']).toSorted()).toEqual(
    ['upload', 'transcription', 'first_token', 'reply', 'first_audio', 'speech'].toSorted(),
  );
  for (const stage of stages) {
    expect(stage.startTimeUnixNano <= stage.endTimeUnixNano).toBe(true);
    // Two clocks are compared, so one may seem to be a little ahead.
    expect(stage.startTimeUnixNano >= whole.startTimeUnixNano - 1_000_000_000n).toBe(true);
    expect(stage.endTimeUnixNano <= whole.endTimeUnixNano + 1_000_000_000n).toBe(true);
  }
  const calls = children.filter(({ attributes }) => attributes['viva.capability']);
  expect(new Set(calls.map(({ attributes }) => attributes['viva.capability']))).toEqual(
    new Set(['transcribe', 'chat', 'speak']),
  );
  const chat = calls.find(({ attributes }) => attributes['viva.capability'] === 'chat');
  expect(chat).toMatchObject({
    name: 'chat gpt-4o',
    kind: 3,
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o', 'viva.outcome': 'ok' },
  });
  expect(chat?.attributes['gen_ai.usage.output_tokens']).toBeGreaterThan(0);

  // The turn belongs to the request that began it.
  let top = whole;
  for (let above = parentOf(top); above; above = parentOf(top)) top = above;
  expect(top.attributes['http.route']).toBe('/upload/turns/:sessionId');
  for (const text of receiver.bodies) expect(text).not.toMatch(/Zwetschgenkuchen|Marzipankartoffel/i);
});

test('a call that is repeated and then fails says so, by code alone', async () => {
  const session = await interview(user);
  server.upstream.failNextReply('text', { status: 500 }, 3);
  await turn(user, session.id, () => user.viva.chat.say.mutate({ sessionId: session.id, text: 'Marillenknödel' }));
  const whole = await receiver.find('failed turn', ({ name, attributes }) => {
    return name === 'turn' && attributes['gen_ai.conversation.id'] === session.id;
  });
  expect(whole).toMatchObject({
    attributes: { 'viva.outcome': 'upstream_failed' },
    status: { code: 2, message: 'reply: upstream_failed' },
  });
  const chat = childrenOf(whole).find(({ attributes }) => attributes['viva.capability'] === 'chat');
  expect(chat).toMatchObject({
    attributes: { 'error.type': 'upstream_failed', 'http.request.resend_count': 2 },
    status: { code: 2 },
  });
  for (const text of receiver.bodies) expect(text).not.toContain('Marillenknödel');
});

test('a job has a span of its own, with the calls that it makes', async () => {
  const session = await user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const body = new FormData();
  body.set('audio', recording(), 'answer.wav');
  const question = session.questions[0]?.id;
  expect((await user.fetch(`/upload/answers/${question}`, { method: 'POST', body })).ok).toBe(true);
  const job = await receiver.find('job', ({ name }) => name === 'job speak');
  expect(job.attributes['viva.job.kind']).toBe('speak');
  await receiver.find('speech', ({ attributes, parentSpanId }) => {
    return attributes['viva.capability'] === 'speak' && parentSpanId === job.spanId;
  });
});

test('a receiver that is gone costs nothing but the spans', async () => {
  await using gone = await startSpanReceiver();
  const { url } = gone;
  await gone[Symbol.asyncDispose]();
  const other = await startViva({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
  const { viva } = await other.signIn();
  expect((await viva.auth.me.query()).id).toBeTruthy();
  await other.close();
});
