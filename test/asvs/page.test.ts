import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const sources = globSync('src/web/**/*.tsx').map((file) => ({ file, code: readFileSync(file, 'utf8') }));
const elementsNaming = (words: RegExp) =>
  sources.flatMap(({ code }) =>
    [...code.matchAll(/<[\w.]+\b[^<]*?\/?>/g)].flatMap(([element]) => (element.match(words) ? [element] : [])),
  );

test('a password is hidden while it is typed, and may be pasted or filled in', () => {
  const fields = elementsNaming(/type="password"|autoComplete=\{?[^}]*password/);
  expect(fields.length).toBeGreaterThan(0);
  for (const field of fields) expect(field).toMatch(/type="password".*autoComplete=/s);
  const refusing = /onPaste|onCopy|onDrop=\{[^}]*preventDefault|autoComplete="off"|readOnly/;
  expect(fields.filter((field) => refusing.test(field))).toEqual([]);
});

test('every page has the way to sign out in its head', () => {
  const containing = (words: RegExp) => sources.filter(({ code }) => words.test(code)).map(({ file }) => file);
  expect(containing(/<Masthead\b/)).toEqual(['src/web/app.tsx']);
  expect(containing(/<AccountMenu\b/)).toEqual(['src/web/components/masthead.tsx']);
  // By itself, or by the page that it leads to.
  const [menu, page] = ['src/web/components/account-menu.tsx', 'src/web/pages/account/account-page.tsx'];
  const leading = containing(/\bto="\/account"/).includes(menu) ? [menu, page] : [menu];
  expect(leading).toEqual(expect.arrayContaining(containing(/\bsession\.logout\(\)/)));
  expect(containing(/\bsession\.logout\(\)/)).not.toEqual([]);
});
