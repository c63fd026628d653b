import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OfflineServer, startOfflineServer } from '../../src/offline/server.ts';
import { offlineTranscriptNotice } from '../../src/offline/transcript-notice.ts';
import { voiceNames } from '../../src/speech/voices.ts';
import { containers, convert, measure, say } from './recordings.ts';

const sentence = 'Tell me about a time “you” led a team — 100% yours.\nGröße, 日本語 & <b>results</b>?';
let server: OfflineServer;
let client: OpenAI;

beforeAll(async () => {
  server = await startOfflineServer();
  client = new OpenAI({ baseURL: server.url, apiKey: server.apiKey, maxRetries: 0 });
});
afterAll(() => server.close());

const transcribe = async (bytes: Uint8Array, name: string, language?: string) =>
  client.audio.transcriptions.create({
    model: 'whisper-1',
    file: await toFile(bytes, name),
    response_format: 'verbose_json',
    timestamp_granularities: ['word', 'segment'],
    ...(language && { language }),
  });

describe('the offline voice', () => {
  it('can be heard, and says a sentence in more than a second', async () => {
    const { durationS, loudness } = await measure(await say(client, sentence));
    expect(durationS).toBeGreaterThan(1);
    expect(durationS).toBeLessThan(15);
    expect(loudness).toBeGreaterThan(0.01);
  });

  it('is different for every OpenAI voice', async () => {
    const spoken = await Promise.all(voiceNames.map((voice) => say(client, 'Good morning.', voice)));
    expect(new Set(spoken.map((bytes) => Buffer.from(bytes).toString('base64'))).size).toBe(voiceNames.length);
  });

  it.each(['Wie haben Sie das gelöst?', '请介绍一下你自己。', 'Расскажите о себе.', 'リーダーの経験を教えて。'])(
    'is not silent for %s',
    async (text) => {
      expect((await measure(await say(client, text))).loudness).toBeGreaterThan(0.01);
    },
  );

  it('sends 24 kHz samples as pcm and a WAV file as wav, and speeds up', async () => {
    const speech = async (response_format: 'pcm' | 'wav', speed = 1) => {
      const response = await client.audio.speech.create({
        model: 'tts-1',
        voice: 'ash',
        input: sentence,
        response_format,
        speed,
      });
      return new Uint8Array(await response.arrayBuffer());
    };
    const [pcm, wav, fast] = await Promise.all([speech('pcm'), speech('wav'), speech('pcm', 2)]);
    const { durationS } = await measure(wav);
    expect(pcm.length / 2 / 24_000).toBeCloseTo(durationS, 1);
    expect(fast.length).toBeLessThan(pcm.length * 0.8);
  });

  it('goes on serving after a listener has left in the middle', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const abort = new AbortController();
      const input = 'This goes on and on. '.repeat(150);
      const response = await client.audio.speech.create(
        { model: 'tts-1', voice: 'ash', input },
        { signal: abort.signal },
      );
      await response.body?.getReader().read();
      abort.abort();
    }
    expect((await say(client, 'Still here.')).length).toBeGreaterThan(1000);
  });
});

describe('transcription', () => {
  it.each(Object.keys(containers))('reads the words back from a %s file made of the voice', async (extension) => {
    const bytes = await convert(await say(client, sentence), containers[extension]?.() ?? expect.fail());
    const heard = await transcribe(bytes, `answer.${extension}`);
    expect(heard.text).toBe(sentence);
    const { durationS } = await measure(bytes);
    expect(heard.duration).toBeCloseTo(durationS, 1);
    const words = heard.words ?? [];
    expect(words.map(({ word }) => word).slice(0, 3)).toEqual(['Tell', 'me', 'about']);
    for (const [index, word] of words.entries()) {
      expect(word.end).toBeGreaterThan(word.start);
      expect(word.start).toBeGreaterThanOrEqual(words[index - 1]?.end ?? 0);
    }
    expect(words.at(-1)?.end).toBeLessThanOrEqual(heard.duration);
    expect(heard.segments?.[0]?.avg_logprob).toBeGreaterThan(-1);
  });

  it('reads the words back from WAV speech turned into WebM', async () => {
    const response = await client.audio.speech.create({
      model: 'tts-1',
      voice: 'echo',
      input: sentence,
      response_format: 'wav',
    });
    const webm = await convert(new Uint8Array(await response.arrayBuffer()), containers.webm?.() ?? expect.fail());
    expect((await transcribe(webm, 'a.webm')).text).toBe(sentence);
  });

  it.each(['en', 'de', 'fr'])('says honestly that it cannot hear any other recording (%s)', async (language) => {
    const silence = Buffer.concat([wavHeader(48_000), Buffer.alloc(48_000)]);
    const heard = await transcribe(silence, 'a.wav', language);
    expect(heard.text).toBe(offlineTranscriptNotice(language));
    expect(heard.words).toEqual([]);
    expect(heard.segments?.[0]?.avg_logprob).toBeLessThan(-1);
  });

  it('streams from models that stream, and not from whisper-1', async () => {
    const file = await toFile(await say(client, 'One two three.'), 'a.mp3');
    const events = [];
    for await (const event of await client.audio.transcriptions.create({
      model: 'gpt-transcribe',
      file,
      stream: true,
    })) {
      events.push(event);
    }
    expect(events.map(({ type }) => type)).toEqual([...Array(3).fill('transcript.text.delta'), 'transcript.text.done']);
    expect(events.at(-1)).toMatchObject({ text: 'One two three.' });
    const raw = await client.audio.transcriptions.create({ model: 'whisper-1', file, stream: true }).asResponse();
    expect(raw.headers.get('content-type')).toContain('application/json');
  });

  it('answers text with a trailing newline, and log-probabilities where they are asked for', async () => {
    const file = await toFile(await say(client, 'One two.'), 'a.mp3');
    expect(await client.audio.transcriptions.create({ model: 'whisper-1', file, response_format: 'text' })).toBe(
      'One two.\n',
    );
    const withLogprobs = await client.audio.transcriptions.create({
      model: 'gpt-4o-transcribe',
      file,
      include: ['logprobs'],
    });
    expect(withLogprobs.logprobs?.map(({ token }) => token).join('')).toBe('One two.');
  });
});

/** 16-bit mono at 24 kHz. */
function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(24_000, 24);
  header.writeUInt32LE(48_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
