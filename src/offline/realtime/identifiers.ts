import { randomBytes } from 'node:crypto';

/** An identifier as OpenAI forms them: what it names, then letters and digits, e.g. `item_5f2c…`. */
export function newId(prefix: 'event' | 'sess' | 'conv' | 'item' | 'resp' | 'rtc' | 'ek' | 'cksess'): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}
