import { describe, expect, it, test } from 'vitest';
import { estimateSupport } from '../../src/conversation/signal-estimate.ts';

const signals = [
  { id: 'action', description: 'Says which actions the candidate took personally', weight: 3 },
  { id: 'result', description: 'Names a result or measurable outcome', weight: 4 },
  { id: 'extra', description: 'Explains how the work was tested, monitored or verified', weight: 1 },
];
const strong = 'I rewrote the slow query and the response time dropped by 80% within one week of work.';
const vague = 'Well, there was some stuff going on and everybody was quite busy with things back then.';

describe('the estimate of support', () => {
  const estimate = (text: string, language = 'en') => estimateSupport(signals, text, language);

  it('tells a strong answer from a vague one, never by length alone', () => {
    expect(estimate(strong)[1]).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...estimate(`${vague} `.repeat(20)))).toBeLessThan(0.5);
  });

  test.each([
    ['de', 'Nennt ein Ergebnis oder eine messbare Wirkung', 'Am Ende sind die Kosten um 30 Prozent gesunken.'],
    [
      'de',
      'Sagt, welche Schritte persönlich unternommen wurden',
      'Ich habe die Abfragen neu geschrieben und gemessen.',
    ],
    ['es', 'Nombra un resultado o efecto medible', 'Al final redujimos el tiempo a la mitad en dos semanas.'],
    ['fr', 'Donne un résultat mesurable', 'Finalement nous avons réduit les coûts de 30 % en un an.'],
    ['en', 'Shows what was learned or would be done differently', 'Next time I would talk to the users before that.'],
  ])('%s: %s', (language, description, text) => {
    const signal = [{ id: 's', description, weight: 3 }];
    expect(estimateSupport(signal, text, language)[0]).toBeGreaterThanOrEqual(0.5);
    expect(estimateSupport(signal, 'Hm tja bueno alors nada nichts rien nothing.', language)[0]).toBeLessThan(0.5);
  });

  it('falls back on shared words and length in other languages', () => {
    const signal = [{ id: 's', description: 'チームの成果を具体的な数字で説明する', weight: 3 }];
    const long = '私はチームで請求システムを作り、成果として処理時間を具体的に半分にしました。'.repeat(5);
    expect(estimateSupport(signal, long, 'ja')[0]).toBeGreaterThanOrEqual(0.5);
    expect(estimateSupport(signal, 'はい、そうです、たぶん。', 'ja')[0]).toBeLessThan(0.5);
  });

  it('shows nothing for next to nothing, and stays between 0 and 1', () => {
    expect(estimate('80% faster.')).toEqual([0, 0, 0]);
    for (const value of estimate(`${strong} `.repeat(50))) expect(value).toBeLessThanOrEqual(1);
    expect(estimateSupport([{ id: 'x', description: '', weight: 1 }], strong, 'en')[0]).toBeLessThan(0.5);
  });
});
