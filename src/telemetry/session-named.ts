const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The session that an input names, under any of the names that the API has for it; undefined when it names none. Anything
 * but a UUID is left out: it could be words.
 */
export function sessionNamedIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  for (const name of ['sessionId', 'session_id']) {
    const value: unknown = Reflect.get(input, name);
    if (typeof value === 'string' && uuid.test(value)) return value;
  }
  return undefined;
}
