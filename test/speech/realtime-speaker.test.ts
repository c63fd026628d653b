import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFrameHeader } from '../../src/speech/mp3-frame.ts';
import { createRealtimeSpeaker } from '../../src/speech/realtime-speaker.ts';
import type { SpeakRequest, Speech } from '../../src/speech/speaker.ts';
import { createSpeakerByModel } from '../../src/speech/speaker-by-model.ts';
import type { SpeakerOptions } from '../../src/speech/speech-attempt.ts';
import {
  type ClientEvent,
  greeting,
  type RealtimeServer,
  type Session,
  startRealtimeServer,
} from '../models/support/realtime-server.ts';
import { accessTo } from '../models/support/scripted-server.ts';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';

const text = 'Tell me about yourself: "What, then, moved you?"';
const request = { text, voice: 'nova', language: 'de', style: 'Warm, unhurried.' } as const;
/** 200 ms of PCM. */
const sound = Buffer.alloc(9_600, 7).toString('base64');
const part = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };

const delta = { type: 'response.output_audio.delta', ...part, delta: sound };
const said = (transcript: string) => ({ type: 'response.output_audio_transcript.done', ...part, transcript });
const done = (status: string, status_details?: object) => ({
  type: 'response.done',
  response: { id: 'resp_1', status, status_details },
});

let upstream: RealtimeServer;
beforeEach(async () => {
  upstream = await startRealtimeServer();
});
afterEach(() => upstream[Symbol.asyncDispose]());

/** What the upstream does when it is asked to read. */
function whenAsked(answer: (session: Session, event: ClientEvent) => void): void {
  upstream.script.answer = (event, session) => {
    if (event.type === 'response.create') answer(session, event);
  };
}

const whole = ({ send }: Session, transcript = text) => {
  for (const event of [delta, delta, delta, said(transcript), done('completed')]) send(event);
};

function setUp(deadlines?: SpeakerOptions['deadlines'], models = ['gpt-realtime-2.1-mini', 'gpt-realtime-2.1']) {
  const { clients, catalogue, log } = accessTo(upstream.baseUrl, { speak: models });
  const options = { origin: 'test', client: clients.speak, catalogue, log, ...(deadlines && { deadlines }) };
  return { speaker: createRealtimeSpeaker(options), options, log };
}

async function heard({ body }: Speech): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('what goes out and comes back', () => {
  it('has the text read aloud outside of the conversation, by a voice that Realtime has', async () => {
    whenAsked((session) => whole(session));
    const { speaker } = setUp();
    const speech = await speaker.speak(request);
    expect(speech).toMatchObject({ model: 'gpt-realtime-2.1-mini', mimeType: 'audio/mpeg' });
    const mp3 = await heard(speech);
    let frames = 0;
    for (let at = 0; at < mp3.length; frames++) at += readFrameHeader(mp3.readUInt32BE(at))?.bytes ?? mp3.length;
    // 600 ms, 24 ms each, and what the encoder adds around them.
    expect(frames).toBeGreaterThanOrEqual(25);
    expect(frames).toBeLessThanOrEqual(29);
    const [update, create] = upstream.sessions[0]?.events ?? [];
    expect(update).toMatchObject({
      type: 'session.update',
      session: {
        type: 'realtime',
        output_modalities: ['audio'],
        audio: {
          input: { turn_detection: null },
          output: { voice: 'coral', format: { type: 'audio/pcm', rate: 24_000 } },
        },
      },
    });
    expect(create).toMatchObject({
      type: 'response.create',
      response: {
        conversation: 'none',
        output_modalities: ['audio'],
        instructions: expect.stringMatching(/word for word.*Speak German\. Warm, unhurried\.$/),
        input: [{ role: 'user', content: [{ text: `<read_aloud>\n${JSON.stringify(text)}\n</read_aloud>` }] }],
      },
    });
    speaker.close();
  });

  it('yields the first audio before the last has been made', async () => {
    let finish = () => {};
    whenAsked((session) => {
      session.send(delta);
      finish = () => whole(session);
    });
    const { speaker } = setUp();
    const { body } = await speaker.speak(request);
    const iterator = body[Symbol.asyncIterator]();
    expect((await iterator.next()).done).toBe(false);
    finish();
    while (!(await iterator.next()).done);
    speaker.close();
  });

  it('a text longer than what is kept in memory comes whole', async () => {
    const deltas = 400;
    whenAsked((session) => {
      for (let count = 0; count < deltas; count++) session.send(delta);
      whole(session);
    });
    const { speaker } = setUp();
    const mp3 = await heard(await speaker.speak(request));
    expect(Math.round(mp3.length / 192 / ((deltas + 3) * (200 / 24)))).toBe(1);
    speaker.close();
  });
});

describe('other words than asked for', () => {
  it.each([
    ['the same words, set otherwise', ' tell me about yourself – “what then moved YOU” ', false],
    ['other words', 'Sure! Tell me about yourself.', true],
  ])('%s', async (_name, transcript, reworded) => {
    whenAsked((session) => whole(session, transcript));
    const { speaker, log } = setUp();
    const speech = await speaker.speak(request);
    await heard(speech);
    expect(await speech.reworded).toBe(reworded);
    const counts = { charactersAsked: text.length, charactersSaid: transcript.length };
    expect(log.lines).toMatchObject(reworded ? [{ level: 'warn', details: counts }] : []);
    expect(JSON.stringify(log.lines)).not.toMatch(/yourself/i);
    speaker.close();
  });

  it('a voice that does not tell is not suspected', async () => {
    whenAsked(({ send }) => [delta, done('completed')].forEach(send));
    const { speaker, log } = setUp();
    const speech = await speaker.speak(request);
    await heard(speech);
    expect(await speech.reworded).toBeNull();
    expect(log.lines).toEqual([]);
    speaker.close();
  });
});

describe('sessions', () => {
  const speakTwice = async (second: Partial<SpeakRequest> = {}) => {
    const { speaker } = setUp();
    await heard(await speaker.speak(request));
    await heard(await speaker.speak({ ...request, ...second }));
    return speaker;
  };

  it('one serves the next sentence too', async () => {
    whenAsked((session) => whole(session));
    const speaker = await speakTwice();
    expect(upstream.sessions.map(({ events }) => events.map(({ type }) => type))).toEqual([
      ['session.update', 'response.create', 'response.create'],
    ]);
    speaker.close();
    await upstream.sessions[0]?.closed;
  });

  it('another voice has one of its own, and so have two texts at once', async () => {
    whenAsked((session) => whole(session));
    const speaker = await speakTwice({ voice: 'echo' });
    expect(upstream.sessions).toHaveLength(2);
    await Promise.all([1, 2, 3].map(async () => heard(await speaker.speak(request))));
    expect(upstream.sessions).toHaveLength(4);
    speaker.close();
    await Promise.all(upstream.sessions.map(({ closed }) => closed));
  });

  it('one that the upstream has closed is not used again', async () => {
    whenAsked((session) => whole(session));
    const { speaker } = setUp();
    await heard(await speaker.speak(request));
    upstream.sessions[0]?.socket.close();
    await upstream.sessions[0]?.closed;
    await heard(await speaker.speak(request));
    expect(upstream.sessions).toHaveLength(2);
    speaker.close();
  });
});

describe('upstream trouble', () => {
  it('retries until the first audio', async () => {
    let asked = 0;
    whenAsked((session) => {
      asked += 1;
      if (asked === 1) session.send(done('failed', { error: { type: 'server_error', code: 'oops' } }));
      else if (asked === 2) session.socket.terminate();
      else whole(session);
    });
    const { speaker } = setUp();
    expect(await heard(await speaker.speak(request))).not.toHaveLength(0);
    expect(asked).toBe(3);
    speaker.close();
  });

  it('moves on from a model that is gone, though the session was opened', async () => {
    whenAsked((session) => {
      const gone = { type: 'invalid_request_error', code: 'model_not_found', message: 'gone' };
      if (session.model === 'gpt-realtime-2.1-mini') session.send({ type: 'error', error: gone });
      else whole(session);
    });
    const { speaker } = setUp();
    const speech = await speaker.speak(request);
    expect(speech.model).toBe('gpt-realtime-2.1');
    await heard(speech);
    await upstream.sessions[0]?.closed;
    speaker.close();
  });

  it.each<[string, (session: Session) => void, string]>([
    ['silence', () => undefined, 'upstream_timeout'],
    ['no audio at all', ({ send }) => send(done('completed')), 'upstream_failed'],
    ['a refusal', ({ send }) => send(done('incomplete', { reason: 'content_filter' })), 'upstream_failed'],
    ['what is no event', ({ socket }) => socket.send('hello'), 'upstream_failed'],
  ])('%s is not taken for speech', async (_name, answer, code) => {
    whenAsked(answer);
    const { speaker } = setUp({ firstByteMs: 300, startMs: 1_500 });
    await expect(speaker.speak(request)).rejects.toMatchObject({ code });
    await Promise.all(upstream.sessions.map(({ closed }) => closed));
  });

  it.each<[string, (session: Session) => void, string]>([
    ['stalls', () => undefined, 'upstream_timeout'],
    ['is cut off', ({ socket }) => socket.terminate(), 'upstream_failed'],
    ['ends incomplete', ({ send }) => send(done('incomplete', { reason: 'max_output_tokens' })), 'upstream_failed'],
    ['fails', ({ send }) => send(done('failed', { error: { type: 'server_error', code: 'x' } })), 'upstream_failed'],
  ])('audio that %s ends with an error, never short', async (_name, after, code) => {
    whenAsked((session) => {
      session.send(delta);
      setTimeout(() => after(session), 50);
    });
    const { speaker } = setUp({ idleMs: 300 });
    const speech = await speaker.speak(request);
    await expect(heard(speech)).rejects.toMatchObject({ code });
    expect(await speech.reworded).toBeNull();
    await upstream.sessions[0]?.closed;
  });

  it('a slow listener is not taken for a stalled upstream', async () => {
    whenAsked((session) => whole(session));
    const { speaker } = setUp({ idleMs: 30 });
    let bytes = 0;
    for await (const piece of (await speaker.speak(request)).body) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      bytes += piece.length;
    }
    expect(bytes).toBeGreaterThan(25 * 192);
    speaker.close();
  });
});

describe('a caller who leaves', () => {
  const leaving = (answer: (session: Session) => void = ({ send }) => send(delta)) => {
    const controller = new AbortController();
    whenAsked(answer);
    return { controller, speaking: () => setUp().speaker.speak({ ...request, signal: controller.signal }) };
  };

  it('while the session opens', async () => {
    const { controller, speaking } = leaving();
    upstream.script.greet = () => controller.abort();
    await expect(speaking()).rejects.toMatchObject({ code: 'unavailable' });
    await upstream.sessions[0]?.closed;
  });

  it('before the first audio', async () => {
    const { controller, speaking } = leaving(() => controller.abort());
    await expect(speaking()).rejects.toMatchObject({ code: 'unavailable' });
    await upstream.sessions[0]?.closed;
  });

  it('between two pieces', async () => {
    const { controller, speaking } = leaving();
    const speech = await speaking();
    setImmediate(() => controller.abort());
    await expect(heard(speech)).rejects.toMatchObject({ code: 'unavailable' });
    await upstream.sessions[0]?.closed;
  });

  it('without ever listening, however much there is', async () => {
    const { controller, speaking } = leaving(({ send }) => {
      for (let count = 0; count < 400; count++) send(delta);
    });
    await speaking();
    controller.abort();
    await upstream.sessions[0]?.closed;
  });

  it('by breaking off', async () => {
    const { speaking } = leaving();
    for await (const _piece of (await speaking()).body) break;
    await upstream.sessions[0]?.closed;
  });

  it('with all of it spoken, but not all of it heard', async () => {
    const { controller, speaking } = leaving((session) => whole(session));
    const speech = await speaking();
    await speech.reworded;
    controller.abort();
    await expect(heard(speech)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

it('a list of models goes over the speech endpoint or Realtime as each model needs, within one call', async () => {
  upstream.script.greet = ({ send }) => send(greeting);
  whenAsked((session) => whole(session));
  // It has no `/audio/speech`: every POST there is a 404 that names the model.
  const { options } = setUp(undefined, ['tts-1-hd', 'gpt-4o-mini-tts', 'gpt-realtime-2.1-mini']);
  const speaker = createSpeakerByModel(options);
  expect(speaker.currentModel('nova')).toBe('tts-1-hd');
  const speech = await speaker.speak(request);
  expect(speech.model).toBe('gpt-realtime-2.1-mini');
  expect(await heard(speech)).not.toHaveLength(0);
  expect(speaker.currentModel('nova')).toBe('gpt-realtime-2.1-mini');
  speaker.close();
});

it('the stand-in reads aloud what it is given, once the speech endpoint is gone', async () => {
  await using standIn = await startScriptedUpstream();
  for (const model of ['tts-1', 'tts-1-hd', 'gpt-4o-mini-tts']) standIn.retire(model);
  const { catalogue, clients, log } = accessTo(standIn.url, {}, undefined, standIn.apiKey);
  await catalogue.refresh();
  const speaker = createSpeakerByModel({ origin: 'test', client: clients.speak, catalogue, log });
  for (const words of [text, 'Line one.\nLine “two”: <b>50 %</b>.']) {
    const speech = await speaker.speak({ ...request, language: 'en', text: words });
    expect(speech.model).toBe('gpt-realtime-2.1-mini');
    expect((await heard(speech)).length).toBeGreaterThan(5_000);
    expect(await speech.reworded).toBe(false);
  }
  expect(standIn.callsTo('speech')).toEqual([]);
  expect(standIn.callsTo('realtime')).toHaveLength(1);
  speaker.close();
});
