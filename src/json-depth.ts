import { DomainError } from './errors.ts';

/** Nothing that is sent here has a dozen. */
const deepest = 64;

const quote = 0x22;
const backslash = 0x5c;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/**
 * Refuses JSON that is nested deeper than anything here, before it is parsed: whatever looks at it afterwards by recursion
 * would overflow its stack. One pass, which leaps over strings. Throws `invalid_input`.
 */
export function refuseDeepJson(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (opening.has(code)) {
      if (++depth > deepest) throw new DomainError('invalid_input', 'The JSON is nested too deeply.');
    } else if (closing.has(code)) depth -= 1;
  }
}

/** The index of the closing quote; that of the end when there is none, which the parser will refuse. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
