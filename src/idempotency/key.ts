import { DomainError } from '../errors.ts';

const longest = 255;
/** Of a key that nobody signed in vouches for: as much as half a UUID, and not one character over and over. */
const unguessable = { characters: 16, different: 8 };

/** A structured-field string (RFC 9651, 3.3.3), whose parameters mean nothing here. */
const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"(?: *;.*)?$/;
/** The same without its quotes, as most clients send it. */
const bare = /^[!#-+\--~]+$/;

/**
 * The key in an `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header, 2.1): `"…"` or bare, 1 to 255 visible
 * characters. Throws `invalid_input` for anything else, such as two headers.
 */
export function parseIdempotencyKey(header: string | readonly string[]): string {
  const text = typeof header === 'string' ? header.trim() : '';
  const key = quoted.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? bare.exec(text)?.[0];
  if (!key || key.length > longest) {
    throw new DomainError(
      'invalid_input',
      `Idempotency-Key: send one key of 1 to ${longest} visible characters, such as a UUID, bare or in double quotes.`,
    );
  }
  return key;
}

/** Throws `invalid_input` for a key that somebody else behind the same address might come upon as well. */
export function refuseGuessable(key: string): void {
  if (key.length >= unguessable.characters && new Set(key).size >= unguessable.different) return;
  throw new DomainError(
    'invalid_input',
    `Idempotency-Key: before signing in the key is all that tells callers apart. Send a random one of at least ${unguessable.characters} characters, such as a UUID.`,
  );
}
