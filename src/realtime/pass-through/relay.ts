import type { ConversationCaller } from '../../conversation/context.ts';
import type { RealtimeBriefing } from '../../conversation/realtime-briefing.ts';
import { createVoiceRecord } from '../../conversation/voice-record.ts';
import { DomainError } from '../../errors.ts';
import type { UpstreamAccess } from '../../models/call.ts';
import { hostOf } from '../../models/model-server.ts';
import type { RealtimeClosed } from '../../models/realtime-connection.ts';
import { upstreamError } from '../../models/upstream-errors.ts';
import { judge } from './client-events.ts';
import type { ClientLine } from './client-line.ts';
import { createFlow } from './flow.ts';
import type { RealtimeLimits } from './limits.ts';
import { createObserver, typeOf, withoutInstructions } from './server-events.ts';
import type { OpenUpstream } from './upstream.ts';

export interface RelayOptions {
  line: ClientLine;
  open: OpenUpstream;
  caller: ConversationCaller;
  briefing: RealtimeBriefing | null;
  /** Those that a client may name. */
  models: string[];
  upstream: Pick<UpstreamAccess, 'client'>;
  limits: RealtimeLimits;
}

/** Passes events both ways until one side leaves, and keeps what is said. Resolves when everything is put away. */
export async function relay(options: RelayOptions): Promise<void> {
  const { line, open, caller, briefing, limits } = options;
  const { connection, model } = open;
  const { pauseAboveBytes, clientStalledMs, upstreamStalledMs } = limits;
  const upstream = { capability: 'realtime' as const, host: hostOf(options.upstream.client.baseURL) };
  const rules = { interview: briefing !== null, models: options.models };
  const record = createVoiceRecord(caller, { interview: briefing, model, onRefused: (error) => line.end(error) });
  const observe = createObserver(record, { upstream, keepsWords: briefing !== null });
  let expired = false;

  const toClient = createFlow({
    waitingBytes: () => line.bufferedBytes,
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    pauseAboveBytes,
    stalledMs: clientStalledMs,
    onStalled: () => line.end(new DomainError('unavailable', 'Too much waits to be read here. Connect again.')),
    signal: line.gone,
  });
  const toUpstream = createFlow({
    waitingBytes: () => connection.bufferedBytes,
    pause: () => line.pause(),
    resume: () => line.resume(),
    pauseAboveBytes,
    stalledMs: upstreamStalledMs,
    onStalled: () =>
      line.end(new DomainError('upstream_timeout', `${upstream.host} takes nothing more. Connect again.`)),
    signal: line.gone,
  });

  const tell = (text: string, type: string) => {
    line.send(briefing ? withoutInstructions(text, type) : text);
    toClient.passed();
  };
  connection.receive((message) => {
    const type = typeOf(message);
    tell(message.text, type);
    try {
      if (type === 'error') expired ||= /"session_expired"/.test(message.text);
      observe(message, type);
    } catch (error) {
      // The client has it all the same: only what is kept of it is lost.
      caller.deps.log.warn({ err: error, type }, 'a Realtime event was not understood');
    }
  });
  tell(open.created, 'session.created');
  observe({ text: open.created, event: { type: 'other', name: 'session.created' } }, 'session.created');
  line.listen((text) => {
    const verdict = judge(text, rules);
    if ('refuse' in verdict) return line.refuse(verdict.refuse, verdict.details);
    connection.send(verdict.pass);
    toUpstream.passed();
  });

  line.gone.addEventListener('abort', () => connection.close(), { once: true });
  if (line.gone.aborted) connection.close();
  const closed = await connection.closed;
  if (expired) line.close(1000);
  else line.end(lost(closed, upstream));
  await flushed(caller, record.flush());
}

/** The server waits for it when it stops. */
function flushed({ deps }: ConversationCaller, work: Promise<void>): Promise<void> {
  deps.later('keep a conversation', () => work);
  return work;
}

function lost({ error, code }: RealtimeClosed, upstream: { capability: 'realtime'; host: string }): DomainError {
  if (error) {
    const { code: kind, message, cause } = upstreamError(error, upstream);
    return new DomainError(kind, `The conversation was lost. ${message}`, { cause });
  }
  const message = `The conversation was ended by ${upstream.host} (${code}). Connect again to go on.`;
  return new DomainError('upstream_failed', message);
}
