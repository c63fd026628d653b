import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveTranscription, LiveWords } from '../../src/speech/live-transcriber.ts';
import { createOpenAiLiveTranscriber } from '../../src/speech/openai-live-transcriber.ts';
import {
  type ClientEvent,
  greeting,
  type RealtimeServer,
  type Session,
  startRealtimeServer,
} from '../models/support/realtime-server.ts';
import { accessTo } from '../models/support/scripted-server.ts';

const request = { language: 'de', prompt: 'Erzählen Sie von <sich>.' };
const updated = { type: 'session.updated', session: { type: 'transcription' } };
const about = (what: string, itemId: string, more: object) => ({
  type: `conversation.item.input_audio_transcription.${what}`,
  item_id: itemId,
  content_index: 0,
  ...more,
});
const delta = (itemId: string, text: string) => about('delta', itemId, { delta: text });
const completed = (itemId: string, transcript: string, usage?: object) =>
  about('completed', itemId, { transcript, ...(usage && { usage }) });
const committed = (itemId: string) => ({ type: 'input_audio_buffer.committed', item_id: itemId });
const started = (itemId: string) => ({ type: 'input_audio_buffer.speech_started', item_id: itemId, audio_start_ms: 0 });
const stopped = (itemId: string, audio_end_ms: number) => ({
  type: 'input_audio_buffer.speech_stopped',
  item_id: itemId,
  audio_end_ms,
});
const problem = (code: string, param: string | null = null) => ({
  type: 'error',
  error: { type: 'invalid_request_error', code, message: 'Scripted.', param },
});

let upstream: RealtimeServer;
beforeEach(async () => {
  upstream = await startRealtimeServer();
});
afterEach(() => upstream[Symbol.asyncDispose]());

/** Takes every setting; what else comes is answered by `answer`. */
function takesSettings(answer: (session: Session, event: ClientEvent) => void = () => {}): void {
  upstream.script.greet = ({ send }) => send(greeting);
  upstream.script.answer = (event, session) => {
    if (event.type === 'session.update') session.send(updated);
    else answer(session, event);
  };
}

const transcriber = (models?: string[], saysNothing?: (text: string) => boolean) => {
  const { clients, catalogue, log } = accessTo(upstream.baseUrl, models && { listen: models });
  return createOpenAiLiveTranscriber({ client: clients.listen, catalogue, log, ...(saysNothing && { saysNothing }) });
};

/** What it tells, in order. */
function listen(transcription: LiveTranscription): LiveWords[] {
  const told: LiveWords[] = [];
  transcription.receive((words) => told.push(words));
  return told;
}

const sent = (type: string) => upstream.sessions.flatMap(({ events }) => events.filter((event) => event.type === type));

describe('the session', () => {
  it.each([
    ['gpt-live-transcribe', null],
    ['gpt-4o-transcribe', { type: 'server_vad', silence_duration_ms: 300 }],
  ])('is one that only transcribes: %s', async (model, turn_detection) => {
    takesSettings();
    const live = await transcriber([model]).open(request);
    expect(live.model).toBe(model);
    expect(upstream.sessions[0]?.query.get('intent')).toBe('transcription');
    expect(upstream.sessions[0]?.query.has('model')).toBe(false);
    expect(sent('session.update')).toEqual([
      {
        type: 'session.update',
        session: {
          type: 'transcription',
          audio: {
            input: {
              format: { type: 'audio/pcm', rate: 24_000 },
              transcription: { model, language: 'de', prompt: request.prompt },
              turn_detection,
            },
          },
        },
      },
    ]);
    live.close();
    expect(await live.closed).toBeNull();
  });

  it.each([
    ['by its code', problem('model_not_found')],
    ['as a parameter', problem('invalid_value', 'session.audio.input.transcription.model')],
  ])('takes the next model when one is refused %s', async (_how, refusal) => {
    upstream.script.greet = ({ send }) => send(greeting);
    upstream.script.answer = (event, { send }) =>
      send(JSON.stringify(event).includes('gpt-live-transcribe') ? refusal : updated);
    const live = await transcriber().open(request);
    expect(live.model).toBe('gpt-4o-transcribe');
    live.close();
  });

  it('that is refused otherwise is no session', async () => {
    upstream.script.greet = ({ send }) => send(greeting);
    upstream.script.answer = (_event, { send }) => send(problem('invalid_value', 'session.audio.input.format'));
    await expect(transcriber().open(request)).rejects.toMatchObject({ code: 'upstream_failed' });
    await expect.poll(() => upstream.sessions.every(({ socket }) => socket.readyState === socket.CLOSED)).toBe(true);
  });

  it('is given up when nobody wants it any more', async () => {
    upstream.script.greet = ({ send }) => send(greeting);
    const leave = new AbortController();
    const opening = transcriber().open({ ...request, signal: leave.signal });
    await expect.poll(() => sent('session.update').length).toBe(1);
    leave.abort();
    await expect(opening).rejects.toMatchObject({ code: 'unavailable' });
    await expect.poll(() => upstream.sessions.every(({ socket }) => socket.readyState === socket.CLOSED)).toBe(true);
  });
});

describe('the words', () => {
  it('come as they are told; the last ones when what is left was committed', async () => {
    takesSettings(({ send }, { type }) => {
      if (type === 'input_audio_buffer.append') send(delta('one', 'Ich'));
      if (type !== 'input_audio_buffer.commit') return;
      send(committed('one'));
      send(delta('one', ' war'));
      send(completed('one', 'Ich war Bäcker.', { type: 'tokens', input_tokens: 7, output_tokens: 3 }));
    });
    const live = await transcriber().open(request);
    const told = listen(live);
    live.hear(new Uint8Array(4_800));
    await expect.poll(() => live.text).toBe('Ich');
    expect(await live.finish()).toBe('Ich war Bäcker.');
    expect(told).toEqual([
      { type: 'delta', text: 'Ich' },
      { type: 'delta', text: ' war' },
      { type: 'used', usage: { model: 'gpt-live-transcribe', audioMs: 0, inputTokens: 7, outputTokens: 3 } },
      { type: 'settled', text: 'Ich war Bäcker.', heardMs: 100 },
    ]);
    expect(await live.closed).toBeNull();
  });

  it('of stretches that are completed out of order stand in the order of speech', async () => {
    takesSettings(({ send }, { type }) => {
      if (type === 'input_audio_buffer.append') {
        for (const [id, end] of [['one', 900] as const, ['two', 2_000] as const]) {
          for (const event of [started(id), stopped(id, end), committed(id)]) send(event);
        }
        send(completed('two', 'Then I wrote software.'));
        send(completed('one', 'I baked.', { type: 'tokens', input_tokens: 9, output_tokens: 2 }));
      } else {
        send(problem('input_audio_buffer_commit_empty'));
      }
    });
    const live = await transcriber(['gpt-4o-transcribe']).open(request);
    const told = listen(live);
    live.hear(new Uint8Array(4_800));
    expect(await live.finish()).toBe('I baked. Then I wrote software.');
    expect(told).toEqual([
      { type: 'delta', text: 'Then I wrote software.' },
      { type: 'used', usage: { model: 'gpt-4o-transcribe', audioMs: 0, inputTokens: 9, outputTokens: 2 } },
      { type: 'delta', text: ' I baked.' },
      { type: 'settled', text: 'I baked. Then I wrote software.', heardMs: 2_000 },
    ]);
  });

  it('that a model makes of the silence at the end were not said', async () => {
    takesSettings(({ send }, { type }) => {
      if (type === 'input_audio_buffer.append') {
        for (const event of [started('one'), stopped('one', 900), committed('one'), completed('one', 'I baked.')])
          send(event);
        return;
      }
      for (const event of [committed('two'), delta('two', 'Thank you for watching!')]) send(event);
      send(completed('two', 'Thank you for watching!'));
    });
    const live = await transcriber(['whisper-1']).open(request);
    const told = listen(live);
    live.hear(new Uint8Array(4_800));
    expect(await live.finish()).toBe('I baked.');
    expect(told.filter(({ type }) => type === 'delta')).toEqual([{ type: 'delta', text: 'I baked.' }]);
  });

  it('of half samples are heard once they are whole', async () => {
    takesSettings();
    const live = await transcriber().open(request);
    const sound = Uint8Array.from({ length: 12 }, (_, index) => index);
    for (const [start, end] of [
      [0, 3],
      [3, 4],
      [4, 5],
      [5, 12],
    ] as const)
      live.hear(sound.subarray(start, end));
    await expect.poll(() => sent('input_audio_buffer.append').length).toBe(3);
    const pieces = sent('input_audio_buffer.append').map(({ audio }) => Buffer.from(String(audio), 'base64'));
    expect(pieces.every(({ length }) => length % 2 === 0)).toBe(true);
    expect(new Uint8Array(Buffer.concat(pieces))).toEqual(sound);
    live.close();
  });
});

describe('what breaks off', () => {
  it.each([
    ['the connection', ({ socket }: Session) => socket.terminate(), 'upstream_failed'],
    ['the upstream', ({ send }: Session) => send(problem('session_expired')), 'upstream_failed'],
    [
      'a stretch',
      ({ send }: Session) => send(about('failed', 'one', { error: { type: 'server_error', message: 'Scripted.' } })),
      'upstream_failed',
    ],
    ['the protocol', ({ send }: Session) => send({ type: 'input_audio_buffer.committed' }), 'upstream_failed'],
    ['an upstream that cannot hear', ({ send }: Session) => send(completed('one', '[nothing]')), 'upstream_refused'],
  ])('is told: %s', async (_what, fault, code) => {
    takesSettings((session) => fault(session));
    const live = await transcriber(undefined, (text) => text === '[nothing]').open(request);
    live.hear(new Uint8Array(4_800));
    expect(await live.closed).toMatchObject({ code });
    await expect(live.finish()).rejects.toMatchObject({ code });
    live.hear(new Uint8Array(4_800));
    live.close();
  });
});
