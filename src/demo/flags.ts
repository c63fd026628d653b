import { parseArgs } from 'node:util';

export interface Flags {
  help: boolean;
  /** A conversation with an interviewer who answers at once, instead of an interview that is recorded question by question. */
  live: boolean;
  /** Both, one after the other, on an upstream that no longer has the briefs' own models. */
  afterShutdown: boolean;
  /** A server that runs already; without it the demo starts one of its own. */
  url: string | undefined;
  /** A folder of one's own recordings; without it the samples are used. */
  recordings: string | undefined;
}

/** The command line is wrong: exit code 2. The message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `A whole spoken interview, from the questions to the evaluation, on a real server.

Usage: npm run demo -- [options]

  --live             hold a live conversation of five turns instead: speak, be answered aloud, interrupt
  --after-shutdown   hold both, with a stand-in for OpenAI whose older models have been turned off
  --url URL          use this running server instead of starting one (http://localhost:3001)
  --recordings DIR   answer with the recordings in this folder instead of the samples
  --help             show this text

With OPENAI_API_KEY set, OpenAI asks, speaks, listens and judges; without it, a built-in stand-in does.`;

/** Throws `UsageError`. */
export function parseFlags(args: string[]): Flags {
  const { help, live, url, recordings, 'after-shutdown': afterShutdown } = parse(args);
  if (recordings === '') throw new UsageError('--recordings needs a folder.');
  if (afterShutdown && (live || url !== undefined)) {
    throw new UsageError(
      '--after-shutdown starts a server of its own and holds both demos: leave --url and --live away.',
    );
  }
  return { help, live, afterShutdown, url: url === undefined ? undefined : serverAddress(url), recordings };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        live: { type: 'boolean', default: false },
        'after-shutdown': { type: 'boolean', default: false },
        url: { type: 'string' },
        recordings: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split(/\. |\n/)[0]}.`);
  }
}

function serverAddress(text: string): string {
  const address = URL.canParse(text) ? new URL(text) : null;
  if (!address || !/^https?:$/.test(address.protocol)) {
    throw new UsageError('--url needs an address such as http://localhost:3001.');
  }
  return `${address.origin}${address.pathname}`.replace(/\/+$/, '');
}
