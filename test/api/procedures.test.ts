import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Input } from '../identity/entry.ts';
// Every procedure has its line there, with who may call it.
import { namingProcedures, pagingProcedures } from '../identity/procedures.ts';
import { refusedProcedure } from '../identity/support/calling.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { type Belongings, somebodys } from './support/belongings.ts';

let server: Viva;
let stranger: SignedIn;
let theirs: Belongings;
beforeAll(async () => {
  server = await startViva();
  stranger = await server.signIn();
  theirs = await somebodys(server);
});
afterAll(() => server?.close());

const malformed = ['not-a-uuid', '', '../../etc/passwd', `${'0'.repeat(35)}\0`, '%2e%2e', 7, null, {}];
const badRequest = { status: 400, code: 'invalid_input' };
const refusal = (name: string, input: Input) => refusedProcedure(server.url, name, input, { token: stranger.token });

describe('a malformed id', () => {
  test.each(namingProcedures)('$name: is BAD_REQUEST', async ({ name, names }) => {
    const fields = Object.keys(names(theirs)).filter((field) => field.endsWith('Id'));
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) {
      for (const id of malformed) {
        expect(await refusal(name, { ...names(theirs), [field]: id })).toMatchObject(badRequest);
      }
    }
  });

  test.each(pagingProcedures)('$name: is BAD_REQUEST as a cursor', async ({ name, cursor }) => {
    expect(await refusal(name, cursor('not-a-uuid'))).toMatchObject(badRequest);
    const input = encodeURIComponent(JSON.stringify(cursor(theirs.sessionId)));
    expect((await stranger.fetch(`/trpc/${name}?input=${input}`)).status).toBe(200);
  });
});
