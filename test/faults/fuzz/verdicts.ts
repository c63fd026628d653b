import { z } from 'zod';
import { errorTable } from '../../../src/errors.ts';

/** Judges every answer: which are allowed is the same for whatever was sent. */
export interface Verdicts {
  total: number;
  entries: number;
  found: string[];
  batch(calls: { name: string; value: unknown }[], response: Response): Promise<void>;
  rest(name: string, response: Response): Promise<void>;
  figures(): string[];
}

const itemSchema = z.union([
  z.object({ result: z.unknown() }),
  z.object({
    error: z.object({ data: z.object({ httpStatus: z.number(), error: z.object({ code: z.string() }).nullable() }) }),
  }),
]);
const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** A breach is told once for each entry and kind: a thousand of one are one to mend. */
export function createVerdicts(): Verdicts {
  const breaches = new Map<string, { times: number; first: string }>();
  const seen = new Map<string, { accepted: number; refused: number }>();
  const breach = (name: string, kind: string, detail: string) => {
    const key = `${name} ${kind}`;
    const known = breaches.get(key) ?? { times: 0, first: detail };
    breaches.set(key, { ...known, times: known.times + 1 });
  };
  const count = (name: string, accepted: boolean) => {
    const each = seen.get(name) ?? { accepted: 0, refused: 0 };
    each[accepted ? 'accepted' : 'refused'] += 1;
    seen.set(name, each);
  };
  const sum = (of: 'accepted' | 'refused') => [...seen.values()].reduce((total, each) => total + each[of], 0);
  return {
    get total() {
      return sum('accepted') + sum('refused');
    },
    get entries() {
      return seen.size;
    },
    get found() {
      return [...breaches].map(
        ([key, { times, first }]) => `${key}, ${times} times; first with ${first.slice(0, 400)}`,
      );
    },
    async batch(calls, response) {
      const body = await json(response);
      const items = z.array(z.unknown()).safeParse(body);
      for (const [index, { name, value }] of calls.entries()) {
        const item = itemSchema.safeParse(items.data?.[index] ?? body);
        const refused = item.data && 'error' in item.data ? item.data.error.data : null;
        count(name, item.success && !refused);
        const input = () => JSON.stringify(value) ?? 'nothing';
        if (!item.success) breach(name, `answered ${response.status} in no known shape`, input());
        else if (refused && refused.httpStatus >= 500) breach(name, `answered ${refused.httpStatus}`, input());
        else if (refused && !isKnown(refused.error?.code)) breach(name, 'refused without a code', input());
      }
    },
    async rest(name, response) {
      const text = await response.text();
      count(name, response.ok);
      if (response.status >= 500) breach(name, `answered ${response.status}`, text);
      if (response.status < 400) return;
      const refusal = refusalSchema.safeParse(parsed(text));
      // A HEAD has no body, and a redirect is none of these.
      if (text && !isKnown(refusal.data?.error.code))
        breach(name, `refused with ${response.status} without a code`, text);
    },
    figures: () => [`${sum('accepted')} accepted, ${sum('refused')} refused with a code`],
  };
}

const isKnown = (code: string | undefined) => code !== undefined && code in errorTable;

async function json(response: Response): Promise<unknown> {
  return parsed(await response.text());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
