import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** Where words of others come into a prompt. `question` and `reply` are what a model wrote earlier. */
export const places = ['job_description', 'cv', 'answer', 'question', 'turn', 'reply', 'assistant'] as const;
export type Place = (typeof places)[number];

const attack = z.strictObject({
  name: z.string(),
  /** Where it belongs; it is tried everywhere. */
  where: z.array(z.enum(places)).min(1),
  text: z.string(),
  /** How often the text stands there. */
  repeat: z.number().int().optional(),
  /** What of it has to arrive as data: it is not censored. */
  keeps: z.string().optional(),
});

export interface Attack extends Omit<z.output<typeof attack>, 'repeat'> {
  theme: string;
}

const folder = new URL('./corpus/', import.meta.url);

/** Every case of every file in `corpus`. */
export const attacks: Attack[] = readdirSync(folder).flatMap((file) =>
  z
    .array(attack)
    .parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
    .map(({ repeat = 1, text, ...rest }) => ({ ...rest, text: text.repeat(repeat), theme: file.replace('.json', '') })),
);

/** Characters that no prompt and no page may have in it: they are not seen, and hide what is. */
export const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be gone
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u115f\u1160\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e00ff}]|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2}|\p{Cs}|\u034f/u;
