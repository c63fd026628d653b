import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readCv } from '../../src/documents/cv-document.ts';
import { docx, pdf, spoken, zip } from './made-documents.ts';

const cv = 'Ada Lovelace. Engineer with ten years of practice in payment systems.';
const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('readCv reads', () => {
  test('a PDF, whatever it is called', async () => {
    expect(await readCv(pdf(spoken(cv)), 'cv.txt')).toEqual({ kind: 'pdf', text: cv, hiddenText: false });
  });

  test('a compressed PDF', async () => {
    expect(await readCv(pdf(deflateSync(spoken(cv)), '/Filter /FlateDecode'))).toEqual({
      kind: 'pdf',
      text: cv,
      hiddenText: false,
    });
  });

  test('a DOCX, with its paragraphs', async () => {
    expect(await readCv(docx([cv, 'Zürich &amp; Köln']), 'cv.docx')).toEqual({
      kind: 'docx',
      text: `${cv}\n\nZürich & Köln`,
      hiddenText: false,
    });
  });

  test('plain text, without its byte order mark, controls and idle blanks', async () => {
    const text = `\ufeffAda\r\n\r\n\r\n\r\n  Lovelace \t –  Zürich,\u0007 日本語 and some more\n`;
    expect(await readCv(bytesOf(text))).toEqual({
      kind: 'text',
      text: 'Ada\n\nLovelace – Zürich, 日本語 and some more',
      hiddenText: false,
    });
  });

  test('no more than 50,000 characters, cut at a word', async () => {
    const { text } = await readCv(bytesOf('engineer '.repeat(20_000)));
    expect(text.length).toBeGreaterThan(49_980);
    expect(text.length).toBeLessThanOrEqual(50_000);
    expect(text).toMatch(/ engineer$/);
    expect((await readCv(bytesOf('工'.repeat(60_000)))).text).toHaveLength(50_000);
  });

  test('several at once', async () => {
    const read = await Promise.all([readCv(pdf(spoken(cv))), readCv(docx([cv])), readCv(pdf(spoken(`${cv} Two.`)))]);
    expect(read.map(({ text }) => text)).toEqual([cv, cv, `${cv} Two.`]);
  });
});

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const locked = `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> >> /ID [<00> <00>]`;
const refused: [what: string, bytes: Uint8Array, code: string, message: RegExp, name?: string][] = [
  ['an empty file', new Uint8Array(), 'invalid_input', /empty/],
  ['a file of 5 MB and a byte', new Uint8Array(5_000_001).fill(65), 'too_large', /5 MB/],
  ['a picture', png, 'unsupported_media', /\.png.*Paste the text/, 'cv.pdf'],
  ['another ZIP', zip({ 'a.txt': Buffer.from(cv) }), 'unsupported_media', /\.zip/, 'cv.docx'],
  ['rich text', bytesOf(`{\\rtf1\\ansi ${cv}}`), 'unsupported_media', /\.rtf/],
  ['text that is called a PDF', bytesOf(cv), 'unsupported_media', /neither/, 'cv.PDF'],
  ['a web page', bytesOf(`<!DOCTYPE html><p>${cv}</p>`), 'unsupported_media', /neither/],
  ['text with a NUL', bytesOf(`${cv}\u0000`), 'unsupported_media', /UTF-8/],
  ['text in another encoding', Buffer.from(`${cv} Zürich`, 'latin1'), 'unsupported_media', /UTF-8/],
  ['text of a few letters', bytesOf('CV 2026 ... 0000000000000000000000'), 'invalid_input', /almost no text/],
  ['a PDF without text, like a scan', pdf(Buffer.from('0 0 m 10 10 l S')), 'invalid_input', /scan.*Paste the text/],
  ['a locked PDF', pdf(spoken(cv), '', locked), 'invalid_input', /password/],
  ['a PDF of nothing but its first line', bytesOf('%PDF-1.4\n'), 'invalid_input', /damaged|almost no text/],
  ['a DOCX without text', docx([]), 'invalid_input', /almost no text/],
  ['a truncated DOCX', docx([cv]).subarray(0, 700), 'invalid_input', /damaged/],
  ['a DOCX without its main part', docx([cv], { 'word/document.xml': Buffer.from('') }), 'invalid_input', /damaged/],
  [
    'a DOCX that inflates to 200 MB',
    docx([cv], { 'word/a.xml': Buffer.alloc(200e6) }),
    'invalid_input',
    /too much work/,
  ],
  [
    'a DOCX of 5,000 files',
    docx([cv], Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`word/${at}.xml`, Buffer.from('<a/>')]))),
    'invalid_input',
    /too much work/,
  ],
  ['one that lies about it', docx([cv], { 'word/a.xml': Buffer.alloc(200e6) }, 100), 'invalid_input', /too much work/],
];

test.each(refused)('readCv refuses %s and says what to do', async (_what, bytes, code, message, name) => {
  await expect(readCv(bytes, name)).rejects.toMatchObject({
    name: 'DomainError',
    code,
    message: expect.stringMatching(message),
  });
});

test.each([
  ['inflates without end', deflateSync(deflateSync(Buffer.alloc(300e6, 'q Q '))), '/FlateDecode /FlateDecode'],
  ['holds more text than memory does', deflateSync(Buffer.alloc(60e6, '(a) Tj ')), '/FlateDecode'],
])(
  'a PDF that %s is ended without harm, and the next one is read',
  async (_what, content, filter) => {
    await expect(readCv(pdf(content, `/Filter [${filter}]`), 'cv.pdf', 2000)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/too much work/),
    });
    expect((await readCv(pdf(spoken(cv)))).text).toBe(cv);
  },
  60_000,
);

test('more files at once than may wait are refused with a time to come back', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 24 }, () => readCv(pdf(spoken(cv)))));
  const refusedOnes = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refusedOnes.map(({ reason }) => reason)).toEqual([
    expect.objectContaining({ code: 'unavailable', retryAfterMs: expect.any(Number) }),
    expect.objectContaining({ code: 'unavailable' }),
  ]);
}, 60_000);
