import { DomainError } from '../../errors.ts';
import { refuseDeepJson } from '../../json-depth.ts';
import type { ErrorDetails } from './error-event.ts';
import { checkItem, checkResponse, checkSession, isFields, type Refusal, type SessionRules } from './session-rules.ts';

/** All client events of the GA protocol: https://developers.openai.com/api/docs/api-reference/realtime-client-events */
const allowed = new Set([
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'output_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.retrieve',
  'conversation.item.truncate',
  'conversation.item.delete',
  'response.create',
  'response.cancel',
]);

export type Verdict = { pass: string } | { refuse: DomainError; details: ErrorDetails };

type Event = Record<string, unknown>;

/**
 * Whether a client's message may go on to the upstream. Sound passes as it came; everything else passes as it was
 * understood here, so that nobody upstream can understand it otherwise.
 */
export function judge(text: string, rules: SessionRules): Verdict {
  if (isPlainAppend(text)) return { pass: text };
  const event = readEvent(text);
  if (!event) return { refuse: notUnderstood(), details: {} };
  const details = { eventId: typeof event.event_id === 'string' ? event.event_id.slice(0, 512) : null };
  if (typeof event.type !== 'string' || !allowed.has(event.type)) {
    const message = `Unknown event type. Send one of: ${[...allowed].join(', ')}.`;
    return { refuse: new DomainError('invalid_input', message), details: { ...details, param: 'type' } };
  }
  const checked = check(event, rules);
  if ('error' in checked) return { refuse: checked.error, details: { ...details, param: checked.param } };
  const pass = writeEvent(checked.event);
  return pass === null ? { refuse: notUnderstood(), details } : { pass };
}

const notUnderstood = () =>
  new DomainError('invalid_input', 'The message is not JSON, or not an object. Send one event as a JSON object.');

const appendHead =
  /^\{\s*(?:"event_id"\s*:\s*"[\w.-]{0,128}"\s*,\s*)?"type"\s*:\s*"input_audio_buffer\.append"\s*,\s*"audio"\s*:\s*"/;

/** Nothing but the event with one string in it: the next quotation mark ends both, so no other field can hide there. */
function isPlainAppend(text: string): boolean {
  const head = appendHead.exec(text);
  if (!head) return false;
  const end = text.indexOf('"', head[0].length);
  return end !== -1 && text.slice(end).trimEnd() === '"}';
}

function readEvent(text: string): Event | null {
  try {
    refuseDeepJson(text);
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null; // the refusal says what was expected instead
  }
}

function writeEvent(event: Event): string | null {
  try {
    return JSON.stringify(event);
  } catch (error) {
    if (error instanceof RangeError) return null; // nested deeper than any event
    throw error;
  }
}

function check(event: Event, rules: SessionRules): Refusal | { event: Event } {
  const part = (name: string): Event => (isFields(event[name]) ? event[name] : {});
  switch (event.type) {
    case 'session.update': {
      if (!isFields(event.session)) return { event };
      const checked = checkSession(event.session, rules);
      return 'error' in checked ? checked : { event: { ...event, session: checked.session } };
    }
    case 'response.create':
      return checkResponse(part('response'), rules) ?? { event };
    case 'conversation.item.create':
      return checkItem(part('item'), rules) ?? { event };
    default:
      return { event };
  }
}
