import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { openRealtime, type RealtimeClient, silence, speechSamples } from './realtime-client.ts';
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
const manual = (model = 'whisper-1') =>
  update({ audio: { input: { transcription: { model }, turn_detection: null } } });

describe('transcription', () => {
  it('says what the test wants heard, or fails', async () => {
    manual('gpt-4o-transcribe');
    upstream.hearNext('I kept the books.');
    client.say(silence(1));
    client.send({ type: 'input_audio_buffer.commit' });
    expect(await client.take('conversation.item.input_audio_transcription.completed')).toMatchObject({
      transcript: 'I kept the books.',
      usage: { type: 'tokens' },
    });
    upstream.failNext('realtime_transcription', { status: 500 });
    client.say(silence(1));
    client.send({ type: 'input_audio_buffer.commit' });
    expect(await client.take('conversation.item.input_audio_transcription.failed')).toMatchObject({
      error: { type: 'server_error' },
    });
    client.say(silence(0.09));
    client.send({ type: 'input_audio_buffer.commit', event_id: 'short' });
    expect(await client.take('error')).toMatchObject({
      error: { code: 'input_audio_buffer_commit_empty', event_id: 'short' },
    });
  });

  it('has a session of its own, in which words come while they are spoken', async () => {
    await using scribe = await openRealtime(upstream, '?intent=transcription');
    const { session } = await scribe.take('session.created');
    expect(session).toMatchObject({ type: 'transcription' });
    const input = { transcription: { model: 'gpt-live-transcribe', language: 'en' } };
    scribe.send({ type: 'session.update', session: { type: 'transcription', audio: { input } } });
    expect(await scribe.take('error')).toMatchObject({ error: { param: 'session.audio.input.turn_detection' } });
    const live = { type: 'transcription', audio: { input: { ...input, turn_detection: null } } };
    scribe.send({ type: 'session.update', session: live });
    await scribe.take('session.updated');
    const samples = await speechSamples(upstream, 'Live words come early.');
    scribe.say(samples.subarray(0, samples.length / 2));
    expect(await scribe.take('conversation.item.input_audio_transcription.delta')).toMatchObject({ delta: 'Live' });
    scribe.say(samples.subarray(samples.length / 2));
    scribe.send({ type: 'input_audio_buffer.commit' });
    const completed = await scribe.take('conversation.item.input_audio_transcription.completed');
    const deltas = scribe.events.filter(({ type }) => type.endsWith('transcription.delta'));
    expect(deltas.map(({ delta }) => delta).join('')).toBe('Live words come early.');
    expect(new Set(deltas.map(({ item_id }) => item_id))).toEqual(new Set([completed.item_id]));
    scribe.send({ type: 'response.create' });
    expect(await scribe.take('error')).toMatchObject({ error: { type: 'invalid_request_error' } });
    checkEvents(scribe.events);
  });
});
