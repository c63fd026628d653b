import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { interviewerMessages } from '../../src/conversation/interviewer.ts';
import { remember } from '../../src/conversation/memory.ts';
import { selfConductedInstructions } from '../../src/conversation/self-conducted.ts';
import { oneLine, visibleText } from '../../src/interview/language.ts';
import { extractionMessages, narrativeMessages, questionMessages } from '../../src/interview/prompts.ts';
import { indexTranscript } from '../../src/interview/quotes.ts';
import { verify } from '../../src/interview/scoring.ts';
import type { ChatMessage } from '../../src/llm/chat-model.ts';
import { type Attack, attacks, type Place, places, unseen } from './corpus.ts';

const harmless = 'I baked bread for ten years, and then I led a team of nine people.';

const cut = (most: number) => (words: string) => words.slice(0, most);
/** No more comes past the doors: `createSessionInput`, `submitTextInput` and `boundQuestions` see to it. */
const admitted: Record<Place, (words: string) => string> = {
  job_description: cut(20_000),
  cv: cut(50_000),
  answer: cut(20_000),
  turn: cut(20_000),
  reply: cut(20_000),
  assistant: cut(10_000),
  question: (words) => oneLine(words, 600),
};

/** Every prompt there is, with these words at the given place and harmless ones everywhere else. */
function prompts(words: string, place: Place): Record<string, ChatMessage[]> {
  const at = (here: Place) => (here === place ? admitted[here](words) : harmless);
  const session = { jobDescription: at('job_description'), cvText: at('cv'), language: 'en' };
  const expectedSignals = [{ id: 'own_action', description: at('question'), weight: 3 }];
  const questions = [{ text: at('question'), expectedSignals }];
  const answer = { question: at('question'), expectedSignals, transcript: at('answer'), language: 'en' };
  const quoted = at('answer').slice(0, 300);
  const claims = {
    signals: [{ id: 'own_action', support: 'full' as const, quotes: [quoted] }],
    concerns: [{ kind: 'vague' as const, quote: quoted }],
  };
  const { signals, concerns } = verify(claims, expectedSignals, indexTranscript(at('answer'), []));
  const memory = remember([
    { role: 'interviewer', text: at('reply'), heardText: null },
    { role: 'candidate', text: at('turn'), heardText: null },
    { role: 'interviewer', text: `${at('reply')} And then?`, heardText: at('reply') },
  ]);
  const move = { kind: 'follow_up' as const, questionIndex: 0, signalId: 'own_action' };
  return {
    questions: questionMessages({ ...session, questionCount: 3, difficulty: 'hard' }),
    extraction: extractionMessages(answer),
    narrative: narrativeMessages({
      ...answer,
      expectedAnswerFocus: at('question'),
      verified: signals,
      concerns,
      score: 12,
    }),
    interviewer: interviewerMessages({ session, questions, move, memory, said: at('turn') }),
    'the interviewer of a voice session': [
      {
        role: 'system',
        content: selfConductedInstructions({ session: { ...session, maxFollowUps: 2 }, questions, memory }),
      },
    ],
  };
}

/** A prompt in the parts that a reader tells apart: our own words, and what stands in data. */
function partsOf(content: string): { ours: string; data: unknown[] } {
  const data: unknown[] = [];
  const keep = (json: string) => {
    expect(json).not.toMatch(/[<>&\u2028\u2029＜＞﹤﹥‹›⟨⟩]/u);
    data.push(JSON.parse(json));
  };
  const withoutBlocks = content.replace(/^<data>\n(.*)\n<\/data>$/gm, (_whole, json: string) => {
    keep(json);
    return '[block]';
  });
  const ours = withoutBlocks.replace(/^The candidate said: (".*")$/gm, (_whole, json: string) => {
    keep(json);
    return '[said]';
  });
  return { ours, data };
}

const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf);
  const object = z.record(z.string(), z.unknown()).safeParse(value);
  if (!object.success) return value === null ? 'nothing' : typeof value;
  return Object.fromEntries(Object.entries(object.data).map(([key, inner]) => [key, shapeOf(inner)]));
};

/** Quotes are verified words of the answer: how many there are is the answer's business. */
const withoutQuotes = (shape: unknown) =>
  JSON.stringify(shape).replace(/"quotes?":(\[[^\]]*\]|"\w+")|"concerns":\[[^\]]*\]/g, '');

function expectSameStructure(attack: Attack, place: Place): void {
  const [attacked, plain] = [prompts(attack.text, place), prompts(harmless, place)];
  let arrived = false;
  for (const [name, messages] of Object.entries(attacked)) {
    const expected = plain[name] ?? [];
    expect(
      messages.map(({ role }) => role),
      name,
    ).toEqual(expected.map(({ role }) => role));
    messages.forEach(({ role, content }, index) => {
      expect(unseen.exec(content), `${name}: ${content.slice(0, 200)}`).toBeNull();
      if (role === 'assistant') {
        expect(content).not.toMatch(/<\/?\s*data/i);
        return;
      }
      const [parts, before] = [partsOf(content), partsOf(expected[index]?.content ?? '')];
      // Whoever wrote what, our own words are the same, and every block is where it was.
      expect(parts.ours, name).toBe(before.ours);
      expect(parts.data.map(shapeOf).map(withoutQuotes)).toEqual(before.data.map(shapeOf).map(withoutQuotes));
      arrived ||= JSON.stringify(parts.data).includes(JSON.stringify(attack.keeps ?? '').slice(1, -1));
      expect(content.length).toBeLessThan(75_000);
    });
    arrived ||= messages.some(({ role, content }) => role === 'assistant' && content.includes(attack.keeps ?? ''));
  }
  if (place !== 'assistant') expect(arrived, 'the words have to arrive as data').toBe(true);
}

test('the corpus is large, and each case has its own name', () => {
  expect(attacks.length).toBeGreaterThanOrEqual(100);
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
  expect(new Set(attacks.flatMap(({ where }) => where))).toEqual(new Set(places));
});

describe.each(places.filter((place) => place !== 'assistant'))('in the place of the %s', (place) => {
  test.each(attacks)('$theme: $name', (attack) => {
    expectSameStructure(attack, place);
  });
});

test.each(attacks)('nothing unseen is left of $theme: $name', ({ text, keeps }) => {
  const visible = visibleText(text);
  expect(unseen.exec(visible)).toBeNull();
  expect(visible).toContain(keeps ?? '');
  expect(visibleText(visible)).toBe(visible);
});

test('what carries meaning stays: emoji, joiners, marks of direction, names in their own form', () => {
  const text = '👩🏽\u200d💻 ❤\ufe0f می\u200cخواهم \u200fעברית 葛\u{e0100}城 naïve \t tab\nline';
  expect(visibleText(text)).toBe(text);
});
