import { expect, it } from 'vitest';
import type { TurnEvent } from '../../src/conversation/events.ts';
import { wholeSentences } from '../../src/web/conversation/sentences.ts';
import { addEvent, emptyTranscript, type Transcript } from '../../src/web/conversation/transcript.ts';
import { createVoiceActivity, type VoiceChange } from '../../src/web/conversation/voice-activity.ts';
import { frameMs, measureFrame } from '../../src/web/conversation/voice-frame.ts';
import { joined, noise, sampleRate, silence, speechLike } from '../support/audio-fixtures.ts';

interface Change {
  change: VoiceChange;
  atMs: number;
}

/** What is told of a sound, and when. */
function changesIn(sound: Float32Array, { guarded = false, hangoverMs = 1_100 } = {}): Change[] {
  const voice = createVoiceActivity({ hangoverMs });
  const step = (sampleRate * frameMs) / 1000;
  const changes: Change[] = [];
  for (let from = 0; from + step <= sound.length; from += step) {
    const change = voice.push(measureFrame(sound.subarray(from, from + step), sampleRate), guarded);
    if (change) changes.push({ change, atMs: ((from + step) / sampleRate) * 1000 });
  }
  return changes;
}
const kinds = (changes: Change[]) => changes.map(({ change }) => change);
const over = (sound: Float32Array, level: number) => {
  const hiss = noise((sound.length / sampleRate) * 1000, level);
  return sound.map((value, index) => value + (hiss[index] ?? 0));
};

it('tells where a voice begins and where it has ended', () => {
  const changes = changesIn(joined(silence(1_000), speechLike(2_000), silence(2_000)));
  expect(kinds(changes)).toEqual(['onset', 'speech', 'silence']);
  const [onset, speech, end] = changes.map(({ atMs }) => atMs);
  expect(onset).toBeLessThan(1_300);
  expect(speech).toBeLessThan(1_600);
  expect(end).toBeGreaterThan(3_900);
  expect(end).toBeLessThan(4_400);
});

it('bridges a pause that is shorter than the hangover, and ends at one that is not', () => {
  const sound = joined(silence(500), speechLike(1_000), silence(900), speechLike(1_000), silence(2_500));
  expect(kinds(changesIn(sound))).toEqual(['onset', 'speech', 'silence']);
  expect(kinds(changesIn(sound, { hangoverMs: 500 }))).toEqual([
    ...['onset', 'speech', 'silence'],
    ...['onset', 'speech', 'silence'],
  ]);
});

it('hears a voice over a noisy room, and no voice in the noise alone', () => {
  expect(changesIn(noise(8_000, -40))).toEqual([]);
  const sound = over(joined(silence(5_000), speechLike(2_000), silence(2_500)), -45);
  expect(kinds(changesIn(sound))).toEqual(['onset', 'speech', 'silence']);
});

it('takes back what was only a click', () => {
  const click = speechLike(120, 0.9).map(() => 0.5);
  expect(
    kinds(
      changesIn(
        joined(
          silence(1_000),
          click.map((value, at) => value * Math.sin(at / 20)),
          silence(1_000),
        ),
      ),
    ),
  ).toEqual(['onset', 'cancelled']);
});

it('wants more of a voice while the interviewer speaks', () => {
  const echo = joined(silence(1_000), speechLike(1_500, 0.01), silence(1_500));
  expect(kinds(changesIn(echo))).toContain('speech');
  expect(changesIn(echo, { guarded: true })).toEqual([]);
  expect(kinds(changesIn(joined(silence(1_000), speechLike(2_000), silence(1_500)), { guarded: true }))).toContain(
    'speech',
  );
});

const turnId = '0190a0a0-0000-7000-8000-000000000001';
const again = '0190a0a0-0000-7000-8000-000000000002';
const messageId = '0190a0a0-0000-7000-8000-000000000003';
const told = (events: TurnEvent[]): Transcript =>
  events.reduce((transcript, event, index) => addEvent(transcript, index + 1, event), emptyTranscript);

it('shows words once, however often they are told or tried', () => {
  const events: TurnEvent[] = [
    { type: 'turn-started', turnId, by: 'text' },
    { type: 'transcript-end', turnId, messageId, text: 'Hello' },
    { type: 'turn-failed', turnId, stage: 'reply', code: 'upstream_failed', message: 'No', retryable: true },
    { type: 'turn-started', turnId: again, by: 'retry' },
    { type: 'transcript-end', turnId: again, messageId, text: 'Hello' },
  ];
  const transcript = told(events);
  expect(transcript.exchanges).toMatchObject([{ turnId: again, said: { text: 'Hello' }, state: 'running' }]);
  const [first] = events;
  if (first) expect(addEvent(transcript, 1, first)).toBe(transcript);
});

it('knows what was heard of a reply that was interrupted', () => {
  const audioUrl = '/audio/1';
  const { exchanges } = told([
    { type: 'turn-started', turnId, by: 'opening' },
    { type: 'reply-started', turnId, messageId, audioUrl },
    { type: 'reply-delta', turnId, text: 'Welcome to this interview.' },
    { type: 'turn-interrupted', turnId, heardMs: 400, heardText: 'Welcome to' },
  ]);
  expect(exchanges).toMatchObject([{ state: 'interrupted', heardText: 'Welcome to' }]);
});

it('reads whole sentences only, until the reply is complete', () => {
  expect(wholeSentences('Thank you. Tell me', false, 'en')).toEqual(['Thank you.']);
  expect(wholeSentences('Thank you. Tell me', true, 'en')).toEqual(['Thank you.', 'Tell me']);
  expect(wholeSentences('Thank you. Tell me more.', false, 'en')).toEqual(['Thank you.', 'Tell me more.']);
});
