import { expect, test } from 'vitest';
import { emailSchema, guestInputSchema, loginInputSchema, registerInputSchema } from '../../src/auth/schemas.ts';

test.each([
  ['Ada@Example.ORG', 'ada@example.org'],
  ['  ada@example.org\n', 'ada@example.org'],
  ['ａｄａ@example.org', 'ada@example.org'],
  ['jo\u0065\u0301@example.org', 'jo\u00e9@example.org'],
  ['ada+viva@mail.example.org', 'ada+viva@mail.example.org'],
])('the e-mail %j is %j', (typed, meant) => {
  expect(emailSchema.parse(typed)).toBe(meant);
});

test.each([
  '',
  'ada',
  'ada@',
  '@example.org',
  'a da@example.org',
  'a\0da@example.org',
  `${'a'.repeat(250)}@b.cd`,
  7,
  null,
])('no e-mail: %j', (typed) => {
  expect(emailSchema.safeParse(typed).success).toBe(false);
});

test.each([
  [9, false],
  [10, true],
  [200, true],
  [201, false],
])('a new password of %i characters', (length, fine) => {
  const input = { email: 'ada@example.org', password: 'x'.repeat(length) };
  expect(registerInputSchema.safeParse(input).success).toBe(fine);
});

test('a login does not say what passwords look like', () => {
  expect(loginInputSchema.safeParse({ email: 'ada@example.org', password: 'x' }).success).toBe(true);
});

test('one password typed in two ways is one password', () => {
  const read = (password: string) => loginInputSchema.parse({ email: 'ada@example.org', password }).password;
  expect(read('caf\u0065\u0301 au lait')).toBe(read('caf\u00e9 au lait'));
});

test('a password is taken as it is typed: case, blanks, length, and characters of any kind', () => {
  for (const password of [
    '  Correct Horse  ',
    'ÄÖÜ äöü und ein 🐎',
    '1234567890',
    'x'.repeat(200),
    '\t"\'<>%& \\0 \\n',
  ]) {
    const input = { email: 'ada@example.org', password };
    expect(loginInputSchema.parse(input).password).toBe(password);
    expect(registerInputSchema.parse(input).password).toBe(password);
  }
});

test.each(['', '   ', 'a\0b', 'a\nb', 'x'.repeat(101)])('no name: %j', (name) => {
  expect(guestInputSchema.safeParse({ name }).success).toBe(false);
});
