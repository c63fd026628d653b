import OpenAI from 'openai';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startOfflineServer } from '../../src/offline/server.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { createCaller } from '../support/webrtc-calls.ts';
import { openRealtime, readAloud, silence, speechSamples } from './realtime-client.ts';
import { checkEvents } from './realtime-schema.ts';

let upstream: ScriptedUpstream;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
});
afterEach(() => upstream.close());

const session = { type: 'realtime' as const, model: 'gpt-realtime', instructions: 'Be kind.' };
const connect = () => new OpenAI({ baseURL: upstream.url, apiKey: upstream.apiKey, maxRetries: 0 });
const place = async (sdp: string) => {
  const answer = await connect().realtime.calls.create({ sdp, session }).asResponse();
  expect(answer.status).toBe(201);
  const id = answer.headers.get('location')?.split('/').at(-1) ?? '';
  return { id, sdp: await answer.text() };
};

it('carries a call over WebRTC: events and sound, both ways, watched from the sideband', async () => {
  await using caller = await createCaller();
  const call = await place(caller.offerSdp);
  expect(call.id).toMatch(/^rtc_/);
  await caller.accept(call.sdp);
  expect(await caller.event('session.created')).toMatchObject({ session: { instructions: 'Be kind.' } });

  await using sideband = await openRealtime(upstream, `?call_id=${call.id}`);
  await sideband.take('session.created');
  sideband.send({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' }, turn_detection: null } } },
  });
  await caller.event('session.updated');
  caller.send({ type: 'response.create', response: { instructions: readAloud('Hello, caller. Can you hear me?') } });
  await caller.event('output_audio_buffer.started');
  await caller.event('response.done');
  await sideband.take('response.done');
  await expect.poll(() => caller.heardEnergy(), { timeout: 15_000 }).toBeGreaterThan(1e9);
  caller.send({ type: 'output_audio_buffer.clear' });
  await caller.event('output_audio_buffer.cleared');
  // The sound goes over its own track.
  expect(caller.events.some(({ type }) => type === 'response.output_audio.delta')).toBe(false);

  upstream.hearNext('Yes, I can.');
  sideband.send({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad', create_response: false } } } },
  });
  caller.speak(await speechSamples(upstream, 'Yes, I can.'));
  caller.speak(silence(1));
  await sideband.take('input_audio_buffer.speech_started');
  const heard = await sideband.take('conversation.item.input_audio_transcription.completed');
  expect(heard.transcript).toBe('Yes, I can.');
  checkEvents(caller.events);
  checkEvents(sideband.events);

  await connect().realtime.calls.hangup(call.id);
  await caller.closed;
  expect(await sideband.closed).toBe(1000);
  await expect(connect().realtime.calls.hangup(call.id)).rejects.toMatchObject({ status: 404 });
});

it('ends for those who listen in when the caller leaves', async () => {
  await using caller = await createCaller();
  const call = await place(caller.offerSdp);
  await caller.accept(call.sdp);
  await using sideband = await openRealtime(upstream, `?call_id=${call.id}`);
  await using other = await openRealtime(upstream, `?call_id=${call.id}`);
  await other.close();
  await sideband.take('session.created');
  await caller.hangUp();
  expect(await sideband.closed).toBe(1000);
});

it('takes a bare offer with a client secret', async () => {
  const secret = await connect().realtime.clientSecrets.create({ session });
  await using caller = await createCaller();
  const answer = await fetch(`${upstream.url}/realtime/calls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret.value}`, 'content-type': 'application/sdp' },
    body: caller.offerSdp,
  });
  expect(answer.status).toBe(201);
  await caller.accept(await answer.text());
  expect(await caller.event('session.created')).toMatchObject({ session: { instructions: 'Be kind.' } });
});

it('refuses what is no offer, another model, and any call where there is no peer', async () => {
  await using bare = await startOfflineServer().then((server) => ({ ...server, [Symbol.asyncDispose]: server.close }));
  const alone = new OpenAI({ baseURL: bare.url, apiKey: bare.apiKey, maxRetries: 0 });
  const sdp = 'v=0\r\n';
  await expect(alone.realtime.calls.create({ sdp, session })).rejects.toMatchObject({ code: 'webrtc_unavailable' });
  const { calls } = connect().realtime;
  await expect(calls.create({ sdp: 'hello', session })).rejects.toMatchObject({ status: 400, param: 'sdp' });
  const gone = { ...session, model: 'gpt-realtime-0' };
  await expect(calls.create({ sdp, session: gone })).rejects.toMatchObject({ code: 'model_not_found' });
});
