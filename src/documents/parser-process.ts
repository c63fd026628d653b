import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../errors.ts';
import { advice, refusal } from './document-refusals.ts';
import { type Outcome, outcomeSchema, parseLimitMs, type ReadText, type Task } from './parser-limits.ts';

const mostParsing = 2;
const mostWaiting = 20;
let parsing = 0;
const waiting: (() => void)[] = [];

/** The text of a PDF or DOCX, and whether it hid some. Two are read at once; more wait, and beyond that are refused. */
export async function parseInTurn(task: Task, limitMs: number): Promise<ReadText> {
  if (waiting.length >= mostWaiting) {
    throw new DomainError('unavailable', `Too many files are being read just now. Try again in a minute.`, {
      retryAfterMs: parseLimitMs,
    });
  }
  if (parsing >= mostParsing) await new Promise<void>((resolve) => waiting.push(resolve));
  else parsing++;
  try {
    return await parseApart(task, limitMs);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else parsing--;
  }
}

/**
 * In a process of its own, without our environment: a document made to burn time or memory takes nobody with it.
 * A thread would not do: V8 aborts the whole process when a thread's heap overflows at the wrong moment.
 */
async function parseApart(task: Task, limitMs: number): Promise<ReadText> {
  const child = fork(fileURLToPath(new URL('./parser.ts', import.meta.url)), {
    execArgv: ['--max-old-space-size=256'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const damaged = (detail: string) => resolve({ failure: 'damaged', detail });
  child.once('message', (message: unknown) => {
    const outcome = outcomeSchema.safeParse(message);
    if (outcome.success) resolve(outcome.data);
    else damaged(outcome.error.message);
  });
  child.once('error', (error) => damaged(error.message));
  child.once('exit', (code, signal) =>
    code === 1 ? damaged('the parser failed') : resolve({ failure: 'laborious', detail: `ended by ${signal ?? code}` }),
  );
  child.send(task, (error) => error && damaged(error.message));
  try {
    const outcome = await promise;
    if ('text' in outcome) return outcome;
    const messages = {
      locked: 'This PDF is protected by a password. Save it without one, or paste the text instead.',
      laborious: `This file takes too much work to read. ${advice}`,
      damaged: `This file is damaged and cannot be read. ${advice}`,
    };
    throw refusal('invalid_input', messages[outcome.failure], new Error(outcome.detail));
  } finally {
    child.kill('SIGKILL');
  }
}
