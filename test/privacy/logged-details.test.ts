import { APIError } from 'openai';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import { Prisma } from '../../src/db/generated/client.ts';
import { asDomainError, DomainError } from '../../src/errors.ts';
import { logOptions } from '../../src/log.ts';
import { upstreamError } from '../../src/models/upstream-errors.ts';

const said = 'Quetzal says hello';

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not throw');
}

function written(log: (logger: pino.Logger) => void, options: pino.LoggerOptions): string {
  let line = '';
  log(
    pino(options, {
      write(text) {
        line += text;
      },
    }),
  );
  return line;
}

const refusal = APIError.generate(
  400,
  { error: { message: said, type: said, code: said, param: said } },
  said,
  new Headers({ 'x-request-id': 'req_7' }),
);
const rowRefused = Object.assign(new pg.DatabaseError(`a row: ${said}`, 9, 'error'), {
  code: '23514',
  detail: `Failing row contains (${said})`,
  where: said,
  table: 'cvs',
  constraint: 'cvs_text_check',
});
const quoting: [string, Error, object][] = [
  ['an upstream', refusal, { type: 'BadRequestError', status: 400, upstreamRequestId: 'req_7' }],
  [
    'an upstream, in our words',
    upstreamError(refusal, { capability: 'chat', host: 'api.example' }),
    { code: 'upstream_failed' },
  ],
  ['PostgreSQL', rowRefused, { code: '23514', table: 'cvs', constraint: 'cvs_text_check' }],
  [
    'Prisma',
    new Prisma.PrismaClientKnownRequestError(said, {
      code: 'P2002',
      clientVersion: '7',
      meta: { modelName: 'User', target: said },
    }),
    { code: 'P2002', model: 'User' },
  ],
  ['JSON', thrownBy(() => JSON.parse(said)), { type: 'SyntaxError' }],
  ['a schema', thrownBy(() => z.strictObject({}).parse({ [said]: 1 })), { type: 'ZodError' }],
  ['an input', asDomainError(thrownBy(() => z.strictObject({}).parse({ [said]: 1 }))), { code: 'invalid_input' }],
  ['a library', thrownBy(() => new ZipFile().addBuffer(Buffer.alloc(0), `../${said}`)), {}],
  ['its cause', new DomainError('internal', 'It failed.', { cause: new Error(said) }), { message: 'It failed.' }],
];

describe.each(quoting)('an error that quotes what it was given: %s', (_whose, error, expected) => {
  test('would be told by a plain logger, and is not by ours', () => {
    const log = (logger: pino.Logger) => {
      logger.error({ err: error }, 'it failed');
      logger.error(error);
      logger.error({ err: error }, error.message);
    };
    const ours = written(log, logOptions('trace'));
    for (const line of ours.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ err: expected });
    expect(ours).not.toContain('Quetzal');
    expect(ours).toMatch(/"stack":"at /);
    if (error.message.includes('Quetzal')) expect(written(log, {})).toContain('Quetzal');
  });
});

test('our own words are told, and where', () => {
  const line = written(
    (logger) => logger.warn({ err: new DomainError('unavailable', 'Busy.'), sessionId: 's' }, 'x'),
    logOptions('info'),
  );
  expect(JSON.parse(line)).toMatchObject({
    msg: 'x',
    sessionId: 's',
    err: {
      type: 'DomainError',
      code: 'unavailable',
      message: 'Busy.',
      stack: expect.stringContaining('logged-details.test'),
    },
  });
});

test('what is secret by its name, is long, or is no plain value is not written', () => {
  const details = {
    token: said,
    headers: { a: said },
    deep: { body: said },
    request: new Request('http://quetzal'),
    long: 'x'.repeat(999),
  };
  const line = written((logger) => logger.info(details, 'y'), logOptions('info'));
  expect(line.toLowerCase()).not.toContain('quetzal');
  expect(line.length).toBeLessThan(600);
});
