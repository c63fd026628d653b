import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { openRealtime, RefusedHandshake } from './realtime-client.ts';
import { checkShape } from './realtime-schema.ts';

let upstream: ScriptedUpstream;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
});
afterEach(() => upstream.close());

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'opened',
    (error: unknown) =>
      error instanceof RefusedHandshake ? [error.status, Object(error.body).error?.code] : Object(error).code,
  );
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${upstream.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${upstream.apiKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('the handshake', () => {
  it('is refused in OpenAI’s words', async () => {
    upstream.retire('gpt-realtime-mini');
    const beta = { headers: { 'openai-beta': 'realtime=v1' } };
    expect(await refusal(openRealtime(upstream, '?model=gpt-realtime', { key: 'wrong' }))).toEqual([
      401,
      'invalid_api_key',
    ]);
    expect(await refusal(openRealtime(upstream, '?model=gpt-0'))).toEqual([404, 'model_not_found']);
    expect(await refusal(openRealtime(upstream, '?model=gpt-4o'))).toEqual([404, 'model_not_found']);
    expect(await refusal(openRealtime(upstream, '?model=gpt-realtime-mini'))).toEqual([404, 'model_not_found']);
    expect(await refusal(openRealtime(upstream, ''))).toEqual([400, 'missing_model']);
    expect(await refusal(openRealtime(upstream, '?call_id=rtc_0'))).toEqual([404, 'call_not_found']);
    expect(await refusal(openRealtime(upstream, '?model=gpt-realtime', beta))).toEqual([
      400,
      'beta_api_shape_disabled',
    ]);
  });

  it('fails as the test wants', async () => {
    upstream.realtime.failNextHandshake({ status: 503 });
    upstream.realtime.failNextHandshake('model_not_found');
    upstream.realtime.failNextHandshake('connection-reset');
    expect(await refusal(openRealtime(upstream, '?model=gpt-realtime'))).toEqual([503, null]);
    expect(await refusal(openRealtime(upstream, '?model=gpt-realtime'))).toEqual([404, 'model_not_found']);
    expect(await refusal(openRealtime(upstream, '?model=gpt-realtime'))).toBe('ECONNRESET');
    await using client = await openRealtime(upstream, '?model=gpt-realtime');
    expect(await client.take('session.created')).toMatchObject({ session: { model: 'gpt-realtime' } });
    expect(upstream.callsTo('realtime').map(({ model }) => model)).toEqual(Array(4).fill('gpt-realtime'));
  });

  it('takes a browser’s key from the subprotocols, and does not echo it', async () => {
    const protocols = ['realtime', `openai-insecure-api-key.${upstream.apiKey}`];
    await using client = await openRealtime(upstream, '?model=gpt-realtime', { protocols });
    expect(client.socket.protocol).toBe('realtime');
    await client.take('session.created');
  });
});

describe('a session update', () => {
  const beta = {
    modalities: ['text'],
    input_audio_format: 'pcm16',
    output_audio_format: 'pcm16',
    input_audio_transcription: { model: 'whisper-1' },
    voice: 'alloy',
    turn_detection: null,
    temperature: 0.8,
    max_response_output_tokens: 100,
    anything: 1,
  };

  it.each(Object.entries(beta))('with the unknown field %s is refused as a whole', async (name, value) => {
    await using client = await openRealtime(upstream, '?model=gpt-realtime');
    const session = { type: 'realtime', instructions: 'changed', [name]: value };
    client.send({ type: 'session.update', event_id: 'beta', session });
    const param = `session.${name}`;
    expect((await client.take('error')).error).toMatchObject({
      type: 'invalid_request_error',
      code: 'unknown_parameter',
      param,
      event_id: 'beta',
    });
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'cedar' } } } });
    expect(await client.take('session.updated')).toMatchObject({
      session: {
        instructions: '',
        audio: { input: { turn_detection: { type: 'server_vad' } }, output: { voice: 'cedar' } },
      },
    });
  });

  it.each([
    [{ instructions: 'x' }, 'missing_required_parameter', 'session.type'],
    [{ type: 'transcription' }, 'invalid_value', 'session.type'],
    [{ type: 'realtime', model: 'gpt-realtime-mini' }, 'invalid_value', 'session.model'],
    [{ type: 'realtime', audio: { output: { voice: 'nova' } } }, 'invalid_value', 'session.audio.output.voice'],
    [
      { type: 'realtime', audio: { input: { format: { type: 'audio/pcmu' } } } },
      'invalid_value',
      'session.audio.input.format.type',
    ],
    [{ type: 'realtime', audio: { input: { rate: 8000 } } }, 'unknown_parameter', 'session.audio.input.rate'],
    [{ type: 'realtime', output_modalities: ['text', 'audio'] }, 'invalid_value', 'session.output_modalities'],
    [{ type: 'realtime', instructions: 7 }, 'invalid_type', 'session.instructions'],
    [{ type: 'realtime', audio: { input: { transcription: { model: 'whisper-0' } } } }, 'model_not_found', undefined],
  ])('%j is refused with %s', async (session, code, param) => {
    await using client = await openRealtime(upstream, '?model=gpt-realtime');
    client.send({ type: 'session.update', session });
    expect((await client.take('error')).error).toMatchObject({ code, ...(param && { param }) });
  });
});

describe('a broken message', () => {
  it('is an error event, and the session goes on', async () => {
    await using client = await openRealtime(upstream, '?model=gpt-realtime');
    client.socket.send('{"type":');
    client.socket.send('[]');
    client.socket.send(Buffer.from('{"type":"response.create"}'));
    client.send({ type: 'session.create' });
    client.send({ type: 'input_audio_buffer.append', audio: 'not base64!' });
    client.send({ type: 'input_audio_buffer.append', audio: 'A'.repeat(15 * 1024 * 1024 + 4) });
    client.send({ type: 'output_audio_buffer.clear' });
    const codes = [];
    for (let index = 0; index < 7; index++) codes.push(Object((await client.take('error')).error).code);
    expect(codes).toEqual([...Array(3).fill('invalid_json'), ...Array(4).fill('invalid_value')]);
    client.send({ type: 'input_audio_buffer.clear' });
    await client.take('input_audio_buffer.cleared');
    client.socket.send('x'.repeat(17 * 1024 * 1024));
    expect(await client.closed).toBe(1009);
  });
});

describe('the test’s hand', () => {
  it('closes, cuts, stalls and injects', async () => {
    await using polite = await openRealtime(upstream, '?model=gpt-realtime');
    upstream.realtime.closeNextOn('response.create', 1011);
    polite.send({ type: 'response.create' });
    expect(await polite.closed).toBe(1011);
    upstream.realtime.closeNextOn('response.created');
    await using rude = await openRealtime(upstream, '?model=gpt-realtime');
    rude.send({ type: 'response.create' });
    expect(await rude.closed).toBe(1006);
    expect(rude.events.map(({ type }) => type)).toEqual(['session.created']);

    await using client = await openRealtime(upstream, '?model=gpt-realtime');
    await client.take('session.created');
    const connection = await upstream.realtime.latest();
    upstream.realtime.stallNextOn('input_audio_buffer.clear');
    client.send({ type: 'input_audio_buffer.clear' });
    client.send({ type: 'input_audio_buffer.commit' });
    connection.send({ type: 'input_audio_buffer.cleared' });
    await client.take('input_audio_buffer.cleared');
    expect(client.events).toHaveLength(2);
    client.socket.close();
    await new Promise<void>((resolve) => connection.signal.addEventListener('abort', () => resolve()));
    expect(connection.received.map(({ type }) => type)).toEqual([
      'input_audio_buffer.clear',
      'input_audio_buffer.commit',
    ]);
    expect(upstream.realtime.connections.map(({ closed }) => closed)).toEqual([true, true, true]);
  });
});

it('ends a session when its time is over', async () => {
  await using brief = await startScriptedUpstream({ realtimeSessionMs: 60 });
  await using client = await openRealtime(brief, '?model=gpt-realtime');
  expect(await client.take('error')).toMatchObject({ error: { code: 'session_expired' } });
  expect(await client.closed).toBe(1001);
});

describe('a client secret', () => {
  const session = { type: 'realtime', model: 'gpt-realtime-2.1', instructions: 'Be kind.' };

  it('opens the session that it was made for, and nothing else', async () => {
    const answer = await post('/realtime/client_secrets', {
      expires_after: { anchor: 'created_at', seconds: 10 },
      session,
    });
    const secret = await answer.json();
    checkShape('RealtimeCreateClientSecretResponse', secret);
    const { value, session: described } = Object(secret);
    expect(value).toMatch(/^ek_/);
    expect(described).toMatchObject({ model: 'gpt-realtime-2.1', instructions: 'Be kind.' });
    await using client = await openRealtime(upstream, '', { key: value });
    expect(await client.take('session.created')).toMatchObject({ session: { instructions: 'Be kind.' } });
    const elsewhere = await fetch(`${upstream.url}/models`, { headers: { authorization: `Bearer ${value}` } });
    expect(elsewhere.status).toBe(401);
    expect(await refusal(openRealtime(upstream, '?model=gpt-realtime', { key: value }))).toEqual([
      400,
      'invalid_value',
    ]);
  });

  it.each([
    [{ session: { ...session, modalities: ['text'] } }, 400, 'unknown_parameter'],
    [{ session: { ...session, model: 'gpt-realtime-0' } }, 404, 'model_not_found'],
    [{ session, expires_after: { seconds: 9 } }, 400, 'invalid_value'],
    [{ session, expires_after: { seconds: 7201 } }, 400, 'invalid_value'],
  ])('is refused for %j', async (body, status, code) => {
    const answer = await post('/realtime/client_secrets', body);
    expect([answer.status, Object(await answer.json()).error.code]).toEqual([status, code]);
  });
});

describe('a ChatKit session', () => {
  const body = { user: 'u1', workflow: { id: 'wf_1' } };
  const beta = { 'openai-beta': 'chatkit_beta=v1' };

  it('needs its beta header and a workflow, and is refused on command', async () => {
    const outcomes = [];
    upstream.failNext('chatkit', { status: 410 });
    for (const [sent, headers] of [
      [body, beta],
      [body, beta],
      [body, {}],
      [{ user: 'u1', workflow: { id: 'x' } }, beta],
    ] as const) {
      const answer = await post('/chatkit/sessions', sent, headers);
      const answered = await answer.json();
      checkShape(answer.ok ? 'ChatSessionResource' : 'ErrorResponse', answered);
      const { status, error } = Object(answered);
      outcomes.push([answer.status, status ?? error.code]);
    }
    expect(outcomes).toEqual([
      [410, null],
      [200, 'active'],
      [400, 'invalid_beta'],
      [404, 'workflow_not_found'],
    ]);
  });
});
