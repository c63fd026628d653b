import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SpokenPiece, speakAhead } from '../../src/conversation/speak-ahead.ts';
import { DomainError } from '../../src/errors.ts';
import type { Speech } from '../../src/speech/speaker.ts';

/** A real speech server whose every answer the test gives by hand. */
interface Voice extends AsyncDisposable {
  speak(text: string, signal: AbortSignal): Promise<Speech>;
  /** Texts in the order in which they were asked for. */
  asked: string[];
  /** Resolves once this text was asked for. */
  answer(text: string): Promise<ServerResponse>;
  /** Resolves once the connection of this text's answer is closed. */
  closed(text: string): Promise<void>;
}

async function startVoice(): Promise<Voice> {
  const answers = new Map<string, PromiseWithResolvers<ServerResponse>>();
  const asked: string[] = [];
  const slot = (text: string) => {
    const known = answers.get(text) ?? Promise.withResolvers<ServerResponse>();
    answers.set(text, known);
    return known;
  };
  const server = createServer((request, response) => {
    const text = decodeURIComponent(request.url ?? '').slice(1);
    asked.push(text);
    slot(text).resolve(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    answer: (text) => slot(text).promise,
    async closed(text) {
      const response = await slot(text).promise;
      if (!response.closed) await once(response, 'close');
    },
    async speak(text, signal) {
      const response = await fetch(`http://127.0.0.1:${port}/${encodeURIComponent(text)}`, { signal });
      if (!response.ok || !response.body)
        throw new DomainError('upstream_failed', `The voice answered ${response.status}.`);
      return { model: 'tts-1', mimeType: 'audio/mpeg', body: response.body };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

let voice: Voice;
beforeEach(async () => {
  voice = await startVoice();
});
afterEach(() => voice[Symbol.asyncDispose]());

async function* texts(...all: string[]) {
  yield* all;
}

async function heard({ audio }: SpokenPiece): Promise<string> {
  let bytes = '';
  for await (const chunk of audio ?? []) bytes += Buffer.from(chunk).toString();
  return bytes;
}

const never = new AbortController().signal;
const finish = async (text: string) => (await voice.answer(text)).end(`${text} aloud`);

it('speaks in order, whatever is ready first', async () => {
  const spoken = speakAhead(texts('a', 'b', 'c'), voice.speak, { signal: never });
  const reading = (async () => {
    const all: string[] = [];
    for await (const piece of spoken) all.push(`${piece.text}: ${await heard(piece)}`);
    return all;
  })();
  for (const text of ['c', 'b', 'a']) await finish(text);
  expect(await reading).toEqual(['a: a aloud', 'b: b aloud', 'c: c aloud']);
});

it('has at most two further pieces in synthesis while one is read, and takes no more text than that', async () => {
  let taken = 0;
  async function* counted() {
    for (const text of ['1', '2', '3', '4', '5', '6']) {
      taken += 1;
      yield text;
    }
  }
  const spoken = speakAhead(counted(), voice.speak, { signal: never });
  const first = spoken.next();
  (await voice.answer('1')).write('beginning');
  await first;
  await Promise.all(['2', '3'].map((text) => voice.answer(text)));
  for (let round = 0; round < 50; round++) await nextRound();
  expect(voice.asked.toSorted()).toEqual(['1', '2', '3']);
  expect(taken).toBe(3);
  for (const text of ['2', '3', '4', '5', '6']) void finish(text);
  await spoken.next();
  await voice.answer('4');
  expect(voice.asked).not.toContain('5');
  await spoken.return(undefined);
});

it('hands on sound while it is still being synthesised', async () => {
  const spoken = speakAhead(texts('slow'), voice.speak, { signal: never });
  const next = spoken.next();
  const answer = await voice.answer('slow');
  answer.write('one');
  const audio = (await next).value?.audio?.[Symbol.asyncIterator]();
  expect(Buffer.from((await audio?.next())?.value).toString()).toBe('one');
  answer.end('two');
  expect(Buffer.from((await audio?.next())?.value).toString()).toBe('two');
  expect(await audio?.next()).toMatchObject({ done: true });
  expect(await spoken.next()).toMatchObject({ done: true });
});

it('tells which piece could not be spoken and goes on', async () => {
  const spoken = speakAhead(texts('a', 'b', 'c'), voice.speak, { signal: never });
  void finish('a');
  void voice.answer('b').then((answer) => answer.writeHead(500).end());
  void finish('c');
  const all: unknown[] = [];
  for await (const piece of spoken) all.push([piece.text, piece.error?.code ?? (await heard(piece))]);
  expect(all).toEqual([
    ['a', 'a aloud'],
    ['b', 'upstream_failed'],
    ['c', 'c aloud'],
  ]);
});

it('keeps a body that breaks off within its own piece', async () => {
  const spoken = speakAhead(texts('a', 'b'), voice.speak, { signal: never });
  const first = spoken.next();
  const answer = await voice.answer('a');
  answer.write('half');
  const { value } = await first;
  answer.destroy();
  await expect(heard(value as SpokenPiece)).rejects.toThrow();
  void finish('b');
  expect(await heard((await spoken.next()).value as SpokenPiece)).toBe('b aloud');
  expect(await spoken.next()).toMatchObject({ done: true });
});

it('ends upstream calls at once when it is aborted: those being read, unread, and unanswered', async () => {
  const aborting = new AbortController();
  const reason = new DomainError('conflict', 'interrupted');
  const spoken = speakAhead(texts('read', 'unread', 'silent', 'later'), voice.speak, { signal: aborting.signal });
  const first = spoken.next();
  for (const text of ['read', 'unread']) (await voice.answer(text)).write('begun');
  await voice.answer('silent');
  const reading = heard((await first).value as SpokenPiece);
  reading.catch(() => {});
  aborting.abort(reason);
  await Promise.all(['read', 'unread', 'silent'].map((text) => voice.closed(text)));
  await expect(reading).rejects.toBe(reason);
  await expect(spoken.next()).rejects.toBe(reason);
  expect(voice.asked).not.toContain('later');
});

it('stops for the signal although text and voice never come', async () => {
  const aborting = new AbortController();
  const reason = new Error('deadline');
  let returned = false;
  const silent: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        returned = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const deaf = () => new Promise<Speech>(() => {});
  const waiting = [
    speakAhead(silent, voice.speak, { signal: aborting.signal }),
    speakAhead(texts('a'), deaf, aborting),
  ];
  const ends = waiting.map((spoken) => expect(spoken.next()).rejects.toBe(reason));
  await nextRound();
  aborting.abort(reason);
  await Promise.all(ends);
  expect(returned).toBe(true);
  await expect(speakAhead(texts('a'), voice.speak, aborting).next()).rejects.toBe(reason);
  expect(voice.asked).toEqual([]);
});

it('lets go of everything when the reader leaves', async () => {
  const spoken = speakAhead(texts('a', 'b', 'c'), voice.speak, { signal: never });
  const answers = ['a', 'b', 'c'].map((text) => voice.answer(text).then((answer) => answer.write('begun')));
  for await (const piece of spoken) {
    expect(piece.text).toBe('a');
    await Promise.all(answers);
    break;
  }
  await Promise.all(['a', 'b', 'c'].map((text) => voice.closed(text)));
});

it('drops what was not read of a piece when the next is asked for', async () => {
  const spoken = speakAhead(texts('a', 'b'), voice.speak, { signal: never });
  void voice.answer('a').then((answer) => answer.write('begun'));
  await spoken.next();
  void finish('b');
  await spoken.next();
  await voice.closed('a');
  await spoken.return(undefined);
});

it('speaks what came before the text broke off, then passes on the error', async () => {
  const broken = new DomainError('upstream_failed', 'The model stopped.');
  async function* breaking() {
    yield 'a';
    yield 'b';
    throw broken;
  }
  void finish('a');
  void finish('b');
  const all: string[] = [];
  const reading = async () => {
    for await (const piece of speakAhead(breaking(), voice.speak, { signal: never })) all.push(await heard(piece));
  };
  await expect(reading()).rejects.toBe(broken);
  expect(all).toEqual(['a aloud', 'b aloud']);
});
