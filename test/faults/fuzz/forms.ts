import { Buffer } from 'node:buffer';
import fc from 'fast-check';

/** A form as it goes over the wire. */
export interface WireForm {
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
}

const boundary = 'viva-fuzz-boundary';

/** A right form around a real recording, mutated: bytes flipped, cut, doubled, headers and boundaries damaged. */
export function mutatedForms(recording: Uint8Array): fc.Arbitrary<WireForm> {
  const name = fc.constantFrom('file', 'audio_file', '', '__proto__', 'x'.repeat(2_000), 'fi"le', 'question_id');
  const fileName = fc.constantFrom(
    'a.wav',
    '../../a.wav',
    'a\u0000.mp3',
    '',
    'a.svg',
    'é'.repeat(300),
    '"; filename="b',
  );
  const type = fc.constantFrom(
    'audio/wav',
    'text/html',
    'image/svg+xml',
    '',
    'audio/wav\r\nx-more: 1',
    'application/zip',
  );
  const parts = fc.array(fc.tuple(name, fileName, type, fc.integer({ min: 0, max: recording.length })), {
    maxLength: 14,
  });
  const valid = fc.constant(form([['file', 'a.wav', 'audio/wav', recording.length]], recording));
  const made = parts.map((list) => form(list, recording));
  const damaged = fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: valid }, { weight: 2, arbitrary: made }),
      fc.array(damage, { maxLength: 6 }),
    )
    .map(([bytes, damages]) => damages.reduce((body, each) => each(body), bytes));
  const contentType = fc.oneof(
    { weight: 8, arbitrary: fc.constant(`multipart/form-data; boundary=${boundary}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...[
          'multipart/form-data',
          'multipart/form-data; boundary=',
          `multipart/form-data; boundary=${'b'.repeat(300)}`,
        ],
        ...[
          'text/plain',
          'application/json',
          'multipart/mixed; boundary=x',
          `Multipart/Form-Data; BOUNDARY="${boundary}"`,
        ],
      ),
    },
  );
  return fc.record({ contentType, body: damaged });
}

type Damage = (body: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

const at = fc.double({ min: 0, max: 1, noNaN: true });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(at, fc.integer({ min: 0, max: 255 })).map(([where, byte]): Damage => {
    return (body) => {
      const copy = new Uint8Array(body);
      if (copy.length > 0) copy[Math.min(copy.length - 1, Math.floor(where * copy.length))] = byte;
      return copy;
    };
  }),
  // The head holds what is parsed: it is hit more often than its share of the bytes.
  fc.tuple(fc.nat(300), fc.integer({ min: 0, max: 255 })).map(([where, byte]): Damage => {
    return (body) => {
      const copy = new Uint8Array(body);
      if (where < copy.length) copy[where] = byte;
      return copy;
    };
  }),
  at.map(
    (where): Damage =>
      (body) =>
        body.slice(0, Math.floor(where * body.length)),
  ),
  fc.tuple(at, at).map(([from, to]): Damage => {
    return (body) => concatenate(body, body.slice(Math.floor(from * body.length), Math.floor(to * body.length)));
  }),
);

function form(parts: [string, string, string, number][], recording: Uint8Array): Uint8Array<ArrayBuffer> {
  const pieces = parts.flatMap(([name, fileName, type, length]) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${fileName}"\r\ncontent-type: ${type}\r\n\r\n`,
    recording.subarray(0, length),
    '\r\n',
  ]);
  return concatenate(
    ...pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
    Buffer.from(`--${boundary}--\r\n`),
  );
}

const concatenate = (...pieces: Uint8Array[]) => new Uint8Array(Buffer.concat(pieces));
