import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What a model or a candidate wrote reaches the page as text only, which React escapes. */
const sources = globSync('src/web/**/*.{ts,tsx,html}').map((file) => ({ file, code: readFileSync(file, 'utf8') }));

test('nothing turns text into markup or code', () => {
  expect(sources.length).toBeGreaterThan(50);
  const sinks =
    /dangerouslySetInnerHTML|(inner|outer)HTML|insertAdjacentHTML|createContextualFragment|document\.write|srcDoc|\beval\(|new Function\(|DOMParser/;
  expect(sources.filter(({ code }) => sinks.test(code)).map(({ file }) => file)).toEqual([]);
  const renderers = /from '(marked|markdown-it|react-markdown|showdown|linkify[\w-]*|remark[\w-]*|rehype[\w-]*)'/;
  expect(sources.filter(({ code }) => renderers.test(code)).map(({ file }) => file)).toEqual([]);
});

/** Where a page points to: our own routes, an anchor, a recording of the user in this browser. */
const addresses = new Set([
  'src/web/router/link.tsx: {to}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the source
  'src/web/pages/results/overall.tsx: {`#answer-${index + 1}`}',
  'src/web/pages/interview/upload-line.tsx: {address}',
]);

test('no address comes from a model', () => {
  const found = sources.flatMap(({ file, code }) =>
    [...code.matchAll(/\b(?:href|action|formAction|srcSet|poster|data)=(\{(?:[^{}]|\{[^{}]*\})*\})/g)].map(
      ([, value]) => `${file}: ${value}`,
    ),
  );
  expect(found.filter((one) => !addresses.has(one))).toEqual([]);
});

test('a link leads to a path of this page', () => {
  const links = sources.flatMap(({ file, code }) =>
    [...code.matchAll(/<Link\b[^>]*?\bto=(\{`[^`]*`\}|\{[^}]*\}|"[^"]*")/g)].map(([, to = '']) => ({ file, to })),
  );
  expect(links.length).toBeGreaterThan(3);
  const ours = /^(?:["{]`?"?\/|\{(?:to|paths?\b|href\b|[\w.]*[pP]ath(?:To|Of)?\b))/;
  expect(links.filter(({ to }) => !ours.test(to))).toEqual([]);
});
