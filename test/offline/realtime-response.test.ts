import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { openRealtime, type RealtimeClient, type RealtimeEvent, readAloud } from './realtime-client.ts';
import { checkEvents } from './realtime-schema.ts';

let upstream: ScriptedUpstream;
let client: RealtimeClient;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  client = await openRealtime(upstream, '?model=gpt-realtime');
});
afterEach(async () => {
  await client.close();
  await upstream.close();
});

const update = (session: object) => client.send({ type: 'session.update', session: { type: 'realtime', ...session } });
const respond = (response?: object) => client.send({ type: 'response.create', ...(response && { response }) });
const status = ({ response }: RealtimeEvent) => [Object(response).status, Object(response).status_details?.reason];

describe('responses', () => {
  const ask = (text: string) =>
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });

  it('writes where text is asked for, and says what the test wants', async () => {
    upstream.replyNext('text', 'Tell me more about the ovens.');
    ask('I ran a bakery.');
    respond({ output_modalities: ['text'], metadata: { turn: '1' } });
    const done = await client.take('response.done');
    expect(done.response).toMatchObject({
      status: 'completed',
      metadata: { turn: '1' },
      output: [{ content: [{ type: 'output_text', text: 'Tell me more about the ovens.' }] }],
    });
    const deltas = client.events.filter(({ type }) => type === 'response.output_text.delta');
    expect(deltas.map(({ delta }) => delta)).toEqual(['Tell ', 'me ', 'more ', 'about ', 'the ', 'ovens.']);
    expect(upstream.callsTo('realtime_response')[0]?.body).toMatchObject({
      conversation: [{ content: 'I ran a bakery.' }],
    });
  });

  it('obeys an interviewer’s direction in the instructions', async () => {
    const data = { move: { kind: 'ask', question: 'Why this company?' }, said: null, language: 'en' };
    const direction = `Take the next turn.\n<data>\n${JSON.stringify(data)}\n</data>`;
    update({ instructions: direction, output_modalities: ['text'] });
    respond();
    const done = await client.take('response.done');
    expect(Object(done.response).output[0].content[0].text).toMatch(/Why this company\?$/);
  });

  it('are one at a time in the conversation, and any number beside it', async () => {
    upstream.setPace({ speechChunkMs: 20 });
    respond({ instructions: readAloud('A sentence that takes a moment to say. '.repeat(5)) });
    const created = await client.take('response.created');
    client.send({ type: 'response.create', event_id: 'second' });
    const { error } = await client.take('error');
    expect(error).toMatchObject({ code: 'conversation_already_has_active_response', event_id: 'second' });
    respond({ conversation: 'none', instructions: readAloud('Aside.'), output_modalities: ['text'] });
    const aside = await client.take('response.done');
    expect(Object(aside.response).output[0].content[0].text).toBe('Aside.');
    client.send({ type: 'response.cancel', response_id: Object(created.response).id });
    expect(status(await client.take('response.done'))).toEqual(['cancelled', 'client_cancelled']);
    client.send({ type: 'response.cancel' });
    expect(await client.take('error')).toMatchObject({ error: { code: 'response_cancel_not_active' } });
  });

  it('end early at their token limit, and fail when they are made to', async () => {
    respond({
      instructions: readAloud('One two three four five six.'),
      output_modalities: ['text'],
      max_output_tokens: 2,
    });
    const short = await client.take('response.done');
    expect(status(short)).toEqual(['incomplete', 'max_output_tokens']);
    expect(Object(short.response).output[0].content[0].text).toBe('One two');
    upstream.failNext('realtime_response', { status: 429 });
    respond();
    const failed = await client.take('response.done');
    expect(failed.response).toMatchObject({
      status: 'failed',
      status_details: { error: { code: 'rate_limit_exceeded' } },
    });
    checkEvents(client.events);
  });
});

describe('items', () => {
  it('are put in place, retrieved, truncated and deleted, and refused by their identifier', async () => {
    const message = (id: string) => ({
      id,
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: id }],
    });
    const create = (id: string, previous_item_id?: string) =>
      client.send({
        type: 'conversation.item.create',
        item: message(id),
        ...(previous_item_id && { previous_item_id }),
      });
    create('b');
    create('a', 'root');
    create('c', 'b');
    const places = [];
    for (let index = 0; index < 3; index++) {
      places.push((await client.take('conversation.item.added')).previous_item_id);
    }
    expect(places).toEqual([null, null, 'b']);
    create('d', 'nowhere');
    expect(await client.take('error')).toMatchObject({ error: { code: 'item_create_invalid_previous_item_id' } });

    respond({ instructions: readAloud('Some words.') });
    const done = await client.take('response.done');
    const { id } = Object(done.response).output[0];
    const truncate = (audio_end_ms: number) =>
      client.send({ type: 'conversation.item.truncate', item_id: id, content_index: 0, audio_end_ms });
    truncate(60_000);
    expect(await client.take('error')).toMatchObject({ error: { code: 'invalid_value', param: 'audio_end_ms' } });
    truncate(100);
    expect(await client.take('conversation.item.truncated')).toMatchObject({ item_id: id, audio_end_ms: 100 });
    client.send({ type: 'conversation.item.retrieve', item_id: id });
    expect(await client.take('conversation.item.retrieved')).toMatchObject({ item: { content: [{ transcript: '' }] } });
    client.send({ type: 'conversation.item.delete', item_id: id });
    expect(await client.take('conversation.item.deleted')).toMatchObject({ item_id: id });
    client.send({ type: 'conversation.item.delete', item_id: id });
    expect(await client.take('error')).toMatchObject({ error: { code: 'item_delete_invalid_item_id' } });
    checkEvents(client.events);
  });
});
