import { DomainError } from '../../errors.ts';

/** What the owner of a conversation may not change. */
export interface SessionRules {
  /** An interview: its instructions, its transcription and who speaks are the server's. */
  interview: boolean;
  /** Those that the operator has listed. */
  models: readonly string[];
}

export interface Refusal {
  error: DomainError;
  param: string;
}

type Fields = Record<string, unknown>;

/** By where they stand in a session or a response. Of an interview, everything else is held. */
const freeInInterviews = {
  session: new Set([
    'type',
    'output_modalities',
    'audio.input.format',
    'audio.input.noise_reduction',
    'audio.input.turn_detection',
    'audio.output.format',
    'audio.output.voice',
    'audio.output.speed',
  ]),
  response: new Set(['output_modalities', 'metadata', 'audio.output.format', 'audio.output.voice']),
};
/** Stored in the operator's account. */
const operatorsOwn = ['prompt'];

/**
 * Whether a `session.update` may pass; a model that may be named is taken out, because a session's model never changes.
 * Unmodified clients name one with every update.
 */
export function checkSession(session: Fields, rules: SessionRules): Refusal | { session: Fields } {
  const { model, ...rest } = session;
  if (model !== undefined && !rules.models.some((name) => name === model)) {
    const known = rules.models.join(', ');
    return refusal('session.model', `This model is not offered here. Leave it out, or name one of: ${known}.`);
  }
  return checkFields('session', rest, rules) ?? { session: rest };
}

/** Whether a `response.create` may pass; null when it may. */
export function checkResponse(response: Fields, rules: SessionRules): Refusal | null {
  return checkFields('response', response, rules);
}

/** Whether a `conversation.item.create` may pass; null when it may. In an interview people speak for themselves only. */
export function checkItem(item: Fields, { interview }: SessionRules): Refusal | null {
  if (!interview || (item.type === 'message' && item.role === 'user')) return null;
  return refusal('item.role', 'In an interview only messages with the role user can be added.');
}

function checkFields(root: 'session' | 'response', fields: Fields, { interview }: SessionRules): Refusal | null {
  if (interview) {
    const held = leaves(fields).find((path) => !freeInInterviews[root].has(path));
    if (held === undefined) return null;
    const message = `The interview sets '${root}.${held}': leave it out. To set it yourself, connect without session_id.`;
    return refusal(`${root}.${held}`, message);
  }
  const own = operatorsOwn.find((name) => fields[name] !== undefined && fields[name] !== null);
  if (own) return refusal(`${root}.${own}`, `'${own}' belongs to the operator's account: leave it out.`);
  const tools: unknown[] = Array.isArray(fields.tools) ? fields.tools : [];
  if (tools.some((tool) => isFields(tool) && tool.type === 'mcp')) {
    return refusal(`${root}.tools`, 'Only tools of the type function can be used here.');
  }
  return null;
}

/** `audio` is looked into, as far as its two sides go; everything else counts as a whole. */
function leaves(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (name !== 'audio' || !isFields(value)) return [name];
    return Object.entries(value).flatMap(([side, inner]) =>
      isFields(inner) ? Object.keys(inner).map((field) => `audio.${side}.${field}`) : [`audio.${side}`],
    );
  });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(param: string, message: string): Refusal {
  return { error: new DomainError('forbidden', message), param };
}
