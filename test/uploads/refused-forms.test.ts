import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf, leftBehind } from './support/candidate.ts';
import { exchange } from './support/exchange.ts';
import { form, type Part, recordingForm } from './support/forms.ts';

let server: Viva;
let candidate: Candidate;
const speech = wav(speechLike(2_000));
const file: Part = { name: 'file', fileName: 'answer.wav', type: 'audio/wav', content: speech };

beforeAll(async () => {
  server = await startViva();
  candidate = await candidateOf(server);
});
afterAll(() => server?.close());
let before: Awaited<ReturnType<typeof leftBehind>>;
beforeEach(async () => {
  before = await leftBehind(server);
});
afterEach(async () => {
  await expect.poll(() => leftBehind(server)).toEqual(before);
});

describe('a form that is wrong is refused with a typed error and leaves nothing', () => {
  const whole = recordingForm(speech);
  const cases = {
    'no file': form({ name: 'note', content: 'hello' }),
    'no part at all': form(),
    'a text field where the file should be': form({ name: 'file', content: 'this is not a file' }),
    'two files': form(file, { ...file, name: 'second' }),
    'thousands of fields': form(...Array.from({ length: 5_000 }, (_, i) => ({ name: `f${i}`, content: 'x' })), file),
    'thousands of files': form(...Array.from({ length: 3_000 }, (_, i) => ({ ...file, name: `f${i}`, content: 'x' }))),
    'a field called __proto__': form({ name: '__proto__', content: '{"admin":true}' }, file),
    'a field called constructor, after the file': form(file, { name: 'constructor', content: 'x' }),
    'a file called __proto__': form({ ...file, name: '__proto__' }),
    'a JSON field with __proto__ in it': form(
      { name: 'extra', type: 'application/json', content: '{"__proto__":{"admin":true}}' },
      file,
    ),
    'a huge field': form({ name: 'note', content: 'x'.repeat(3_000_000) }, file),
    'a huge field name': form({ name: 'n'.repeat(200_000), content: 'x' }, file),
    'a huge file name': form({ ...file, fileName: 'f'.repeat(200_000) }),
    'a long file name': form({ ...file, fileName: 'f'.repeat(5_000) }),
    'a multipart inside': form({
      name: 'file',
      type: 'multipart/mixed; boundary=inner',
      content: `--inner\r\nContent-Disposition: file; filename="a.wav"\r\n\r\nRIFF\r\n--inner--`,
    }),
    'cut inside the file': { ...whole, bytes: whole.bytes.subarray(0, 20_000) },
    'cut inside the part header': { ...whole, bytes: whole.bytes.subarray(0, whole.boundary.length + 20) },
    'cut in the closing boundary': { ...whole, bytes: whole.bytes.subarray(0, -8) },
    'an empty body': { ...whole, bytes: Buffer.alloc(0) },
    'a boundary that never comes': { ...whole, headers: { 'content-type': 'multipart/form-data; boundary=other' } },
    'no boundary': { ...whole, headers: { 'content-type': 'multipart/form-data' } },
    'an empty boundary': { ...whole, headers: { 'content-type': 'multipart/form-data; boundary=' } },
    'a boundary of 5,000 characters': {
      ...whole,
      headers: { 'content-type': `multipart/form-data; boundary=${'b'.repeat(5_000)}` },
    },
  };
  const sizes = [
    ['with its length', (bytes: Uint8Array) => ({ 'content-length': String(bytes.length) })],
    ['chunked', () => ({ 'transfer-encoding': 'chunked' })],
  ] as const;
  for (const [how, sizeHeader] of sizes) {
    it.each(Object.entries(cases))(`%s (${how})`, async (_name, broken) => {
      const answer = await candidate.upload(broken, { headers: sizeHeader(broken.bytes) });
      expect({ status: answer.status, code: answer.code() }).toEqual({ status: 400, code: 'invalid_input' });
    });
  }
  it('polluted nothing', () => {
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });
});

test.each([
  'application/json',
  'text/plain',
  'audio/wav',
  'application/x-www-form-urlencoded',
  'multipart/mixed; boundary=x',
])('a body of type %s is 415', async (type) => {
  const answer = await candidate.upload({ ...recordingForm(speech), headers: { 'content-type': type } });
  expect({ status: answer.status, code: answer.code() }).toEqual({ status: 415, code: 'unsupported_media' });
});

test('a request header of 100 KB is refused', async () => {
  const answer = await candidate.upload(recordingForm(speech), { headers: { 'x-huge': 'y'.repeat(100_000) } });
  expect(answer.status).toBe(431);
  expect(answer.code()).toBe('too_large');
});

describe('ids in the path are harmless', () => {
  const ids = [
    '..',
    '../../etc/passwd',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    'a%2Fb',
    '%00',
    'a%00.wav',
    '%zz',
    'not-a-uuid',
  ];
  it.each([...ids, '0190a0a0-0000-7000-8000-000000000000', 'x'.repeat(6_000)])('%.40s', async (id) => {
    const { headers, bytes } = recordingForm(speech);
    const authorization = `Bearer ${candidate.token}`;
    const upload = await exchange(server.url, `/upload/answers/${id}`, {
      headers: { ...headers, authorization },
      body: [bytes],
    });
    expect({ status: upload.status, code: upload.code() }).toSatisfy(refusesId);
    for (const path of [`/audio/${id}`, `/audio/answers/${id}`, `/audio/answers/${id}.wav`]) {
      const audio = await exchange(server.url, path, { method: 'GET', headers: { authorization } });
      expect({ path, status: audio.status, code: audio.code() }).toSatisfy(refusesId);
    }
  });
  const refusesId = ({ status, code }: { status: number; code: string }) =>
    (status === 400 && code === 'invalid_input') || (status === 404 && code === 'not_found');
});

describe('what a client writes around the file decides nothing', () => {
  const fileNames = ['../../../evil.wav', '..\\..\\evil.wav', '%2e%2e%2fevil.wav', 'a\u0000b.wav', '/etc/passwd', ''];
  const types = [
    `audio/wav\r\n${'X-A: b\r\n'.repeat(5_000)}X-Z: z`,
    `audio/wav; x=${'y'.repeat(300_000)}`,
    'text/html',
  ];
  const oddities = [...fileNames.map((fileName) => ({ fileName })), ...types.map((type) => ({ type }))];

  test.each(oddities.map((odd, index) => ({ odd, index })))('$index', async ({ odd, index }) => {
    const answer = await candidate.upload(form({ ...file, content: wav(speechLike(2_000 + index)), ...odd }));
    expect(answer.status).toBe(201);
    const { answers, staged, rows } = await leftBehind(server);
    const added = answers.filter((name) => !before.answers.includes(name));
    expect({ added, staged, rows }).toEqual({
      added: [expect.stringMatching(/^[0-9a-f-]{36}\.wav$/)],
      staged: [],
      rows: before.rows + 2,
    });
    before = await leftBehind(server);
  });
});
