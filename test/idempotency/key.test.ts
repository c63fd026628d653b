import { describe, expect, test } from 'vitest';
import { parseIdempotencyKey, refuseGuessable } from '../../src/idempotency/key.ts';
import { keySecrets } from '../../src/idempotency/sealing.ts';

describe('the header', () => {
  test.each([
    ['8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['"a \\"quoted\\" \\\\ key"', 'a "quoted" \\ key'],
    ['"key"; v=1', 'key'],
    [' a+b/c= ', 'a+b/c='],
    ['x'.repeat(255), 'x'.repeat(255)],
  ])('%s is a key', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  test.each([
    ['nothing', ''],
    ['an empty string', '""'],
    ['two words', 'one two'],
    ['two headers', 'one, two'],
    ['two quoted headers', '"one", "two"'],
    ['an open quote', '"one'],
    ['a wrong escape', '"\\n"'],
    ['a control character', '"\t"'],
    ['something that is not ASCII', 'schlüssel'],
    ['too much', 'x'.repeat(256)],
    ['an array', ['one', 'two']],
  ])('%s is refused', (_what, header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(/1 to 255 visible characters/);
  });

  test.each(['short', 'a'.repeat(40), '1111111111111112'])('%s is too easy to guess', (key) => {
    expect(() => refuseGuessable(key)).toThrow(/at least 16 characters/);
  });

  test('a UUID is not', () => {
    expect(() => refuseGuessable(crypto.randomUUID())).not.toThrow();
  });
});

describe('a sealed answer', () => {
  const owner = 'address:192.0.2.1';
  const key = 'a-key-that-nobody-guesses';
  const answer = Buffer.from('{"token":"secret"}');
  const secrets = keySecrets('server secret', { owner, key });

  test('opens with the same secret, owner and key', () => {
    const sealed = secrets.seal(answer);
    expect(Buffer.from(sealed).includes('secret')).toBe(false);
    expect(keySecrets('server secret', { owner, key }).open(sealed)).toEqual(answer);
    expect(secrets.seal(answer)).not.toEqual(sealed);
  });

  test.each([
    ['secret', keySecrets('another secret', { owner, key })],
    ['owner', keySecrets('server secret', { owner: 'address:192.0.2.2', key })],
    ['key', keySecrets('server secret', { owner, key: 'another-key-of-this-owner' })],
  ])('does not open with another %s, which calls it something else', (_what, other) => {
    expect(other.open(secrets.seal(answer))).toBeNull();
    expect(other.name).not.toBe(secrets.name);
    expect(other.digest('same')).not.toBe(secrets.digest('same'));
  });

  test('does not open when it was changed or cut', () => {
    const sealed = Buffer.from(secrets.seal(answer));
    expect(secrets.open(sealed.subarray(0, -1))).toBeNull();
    expect(secrets.open(Buffer.alloc(5))).toBeNull();
    sealed[13] = (sealed[13] ?? 0) ^ 1;
    expect(secrets.open(sealed)).toBeNull();
  });
});
