import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { offlineTranscriptNotice } from '../../src/offline/transcript-notice.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import {
  openRealtime,
  type RealtimeClient,
  type RealtimeEvent,
  readAloud,
  silence,
  speechSamples,
  spokenSamples,
} from './realtime-client.ts';
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
const listen = (model = 'whisper-1') => update({ audio: { input: { transcription: { model } } } });
const manual = (model = 'whisper-1') =>
  update({ audio: { input: { transcription: { model }, turn_detection: null } } });
const respond = (response?: object) => client.send({ type: 'response.create', ...(response && { response }) });
const status = ({ response }: RealtimeEvent) => [Object(response).status, Object(response).status_details?.reason];
const types = () => client.events.map(({ type }) => type);

describe('a conversation', () => {
  it('hears a turn, shows its words and answers aloud, every event fitting OpenAI’s schema', async () => {
    listen();
    const samples = await speechSamples(upstream, 'I ran a small bakery in Graz for three years.');
    client.say(samples);
    client.say(silence(1));
    const done = await client.take('response.done');
    await client.take('rate_limits.updated');
    const transcript = client.events.find(({ type }) => type.endsWith('transcription.completed'))?.transcript;
    expect(transcript).toBe('I ran a small bakery in Graz for three years.');
    const deltas = client.events.filter(({ type }) => type.endsWith('transcription.delta'));
    expect(deltas.map(({ delta }) => delta).join('')).toBe(transcript);
    expect(deltas.length).toBe(10);
    expect(status(done)).toEqual(['completed', undefined]);
    const said = Object(done.response).output[0].content[0].transcript;
    expect(said).toContain('Graz for three years');
    expect(Object(done.response).usage.output_token_details.audio_tokens).toBeGreaterThan(20);

    const order = types().filter((type) => !type.includes('delta') && !type.includes('transcription'));
    expect(order).toEqual([
      'session.created',
      'session.updated',
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    checkEvents(client.events);
  });

  it('understands its own spoken answer when it comes back, and nothing that was changed', async () => {
    manual();
    const text = 'Größe, “Zürich”  —\n100 % (naïve) 你好 🙂 [[x]] <b>.';
    respond({ conversation: 'none', instructions: readAloud(text) });
    await client.take('response.output_audio_transcript.done').then((event) => expect(event.transcript).toBe(text));
    await client.take('response.done');
    const deltas = client.events.filter(({ type }) => type === 'response.output_audio_transcript.delta');
    expect(deltas.map(({ delta }) => delta).join('')).toBe(text);

    const samples = spokenSamples(client.events);
    client.say(samples);
    client.send({ type: 'input_audio_buffer.commit' });
    const heard = await client.take('conversation.item.input_audio_transcription.completed');
    expect(heard.transcript).toBe(text.replace(/\s+/g, ' '));
    client.say(samples.map((sample) => sample + 1));
    client.send({ type: 'input_audio_buffer.commit' });
    const unheard = await client.take('conversation.item.input_audio_transcription.completed');
    expect(unheard.transcript).toBe(offlineTranscriptNotice());
  });

  it('hears several utterances in odd slices, each in the turn that it belongs to', async () => {
    manual();
    const [one, two] = [await speechSamples(upstream, 'One of two.'), await speechSamples(upstream, 'Two of two.')];
    const noise = Int16Array.from({ length: 1001 }, (_, index) => (index * 7919) % 50);
    const bytes = Buffer.concat([noise, one, noise, two].map(({ buffer }) => Buffer.from(buffer)));
    for (let start = 0; start < bytes.length; start += 3333) {
      const audio = bytes.subarray(start, start + 3333).toString('base64');
      client.send({ type: 'input_audio_buffer.append', audio });
    }
    client.send({ type: 'input_audio_buffer.commit' });
    const both = await client.take('conversation.item.input_audio_transcription.completed');
    expect(both.transcript).toBe('One of two. Two of two.');
    client.say(two);
    client.send({ type: 'input_audio_buffer.clear' });
    client.say(one);
    client.send({ type: 'input_audio_buffer.commit' });
    const last = await client.take('conversation.item.input_audio_transcription.completed');
    expect(last.transcript).toBe('One of two.');
  });

  it('finds the ends of turns by the audio’s own time, and answers only if it may', async () => {
    const detection = { type: 'server_vad', silence_duration_ms: 300, prefix_padding_ms: 100, create_response: false };
    update({ audio: { input: { turn_detection: detection } } });
    const samples = await speechSamples(upstream, 'Yes.');
    client.say(silence(2));
    client.say(samples);
    client.say(silence(2));
    client.say(samples);
    client.say(silence(2));
    const [first, second] = [
      await client.take('input_audio_buffer.speech_started'),
      await client.take('input_audio_buffer.speech_started'),
    ];
    await client.take('input_audio_buffer.committed');
    expect(Number(first.audio_start_ms)).toBeGreaterThanOrEqual(1900);
    expect(Number(second.audio_start_ms) - Number(first.audio_start_ms)).toBeCloseTo(2000 + samples.length / 24, -2);
    client.send({ type: 'conversation.item.retrieve', item_id: second.item_id });
    await client.take('conversation.item.retrieved');
    expect(types()).not.toContain('response.created');
  });

  it('stops talking when it is interrupted, and knows how far it had come', async () => {
    upstream.setPace({ speechChunkMs: 20 });
    listen();
    const text = 'This is a long answer. '.repeat(20);
    respond({ instructions: readAloud(text) });
    await client.take('response.output_audio.delta');
    client.say(await speechSamples(upstream, 'Wait, one moment please.'));
    await client.take('input_audio_buffer.speech_started');
    const done = await client.take('response.done');
    expect(status(done)).toEqual(['cancelled', 'turn_detected']);
    const [item] = Object(done.response).output;
    expect(item.status).toBe('incomplete');
    expect(text.startsWith(item.content[0].transcript)).toBe(true);
    expect(item.content[0].transcript.length).toBeLessThan(text.length / 2);
    upstream.setPace({ speechChunkMs: 0 });
    client.say(silence(1));
    expect(status(await client.take('response.done'))).toEqual(['completed', undefined]);
  });

  it('keeps talking where interrupting is turned off', async () => {
    upstream.setPace({ speechChunkMs: 5 });
    update({ audio: { input: { turn_detection: { type: 'semantic_vad', interrupt_response: false } } } });
    const samples = await speechSamples(upstream, 'Wait.');
    respond({ instructions: readAloud('This is a fairly long answer, and nobody stops it. '.repeat(3)) });
    await client.take('response.output_audio.delta');
    client.say(samples);
    await client.take('input_audio_buffer.speech_started');
    expect(status(await client.take('response.done'))).toEqual(['completed', undefined]);
  });
});
