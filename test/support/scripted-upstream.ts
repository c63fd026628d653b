import type { Behaviour, Endpoint, Pace, Reaction, UpstreamCall } from '../../src/offline/behaviour.ts';
import { servedModels } from '../../src/offline/models.ts';
import { type OfflineServer, startOfflineServer } from '../../src/offline/server.ts';
import { type Fault, react } from '../offline/upstream-faults.ts';
import { type ScriptedRealtime, scriptRealtime } from './scripted-realtime.ts';

export type { Fault } from '../offline/upstream-faults.ts';

/** A call as it arrived: form fields and JSON fields alike in `body`. */
export interface RecordedCall extends Omit<UpstreamCall, 'signal'> {
  /** The JSON schema that a chat call asked for, `text` for conversation and responses, null for other endpoints. */
  schemaName: string | null;
  language: string | null;
  /** Has the response ended or the caller left? */
  ended: () => boolean;
}

export interface ScriptedUpstream extends OfflineServer, AsyncDisposable {
  /** Every authorised call so far, retries included, in order of arrival. */
  calls: RecordedCall[];
  callsTo(endpoint: Endpoint): RecordedCall[];
  /** The next `times` calls to the endpoint meet the fault; faults queue up in order. */
  failNext(endpoint: Endpoint, fault: Fault, times?: number): void;
  /** From now on every call that matches meets the fault. */
  failWhere(matches: (call: RecordedCall) => boolean, fault: Fault): void;
  /** As `failNext`, for chat calls with this schema name only (`text` for conversation). */
  failNextReply(schemaName: string, fault: Fault, times?: number): void;
  /** The next chat call with this schema name is answered with this JSON; `text` takes a string, and is a response too. */
  replyNext(schemaName: string, value: unknown): void;
  /** The next transcription, of a file or in a realtime session, says this, whatever was recorded. */
  hearNext(text: string): void;
  /** The next `times` calls that match wait until the gate opens; then they meet the reaction, if one is given. */
  hold(matches: (call: RecordedCall) => boolean, times?: number, reaction?: Reaction): Gate;
  setPace(pace: Pace): void;
  /** From now on the model is unknown, as after its shutdown. */
  retire(model: string): void;
  announceShutdown(model: string, date: string): void;
  /** The sockets and calls, and what is to become of them. */
  realtime: ScriptedRealtime;
}

export interface Gate {
  /** Resolves once every call is waiting at the gate at the same time. */
  full: Promise<void>;
  open(): void;
}

interface Scripted {
  matches: (call: RecordedCall) => boolean;
  times: number;
  reaction: (call: UpstreamCall) => Reaction | Promise<Reaction>;
}

/**
 * The offline server with knobs: records every call, fails or answers on command. Starts with no delays. It answers
 * WebRTC calls; `realtimeSessionMs` makes its sessions expire sooner than in an hour.
 */
export async function startScriptedUpstream(
  options: Pick<Behaviour, 'realtimeSessionMs'> = {},
): Promise<ScriptedUpstream> {
  const calls: RecordedCall[] = [];
  const scripts: Scripted[] = [];
  const models = structuredClone(servedModels);
  const pace: Pace = {};
  const { realtime, onRealtimeEvent } = scriptRealtime((fault, times) => {
    scripts.push({ matches: ({ endpoint }) => endpoint === 'realtime', times, reaction: (call) => react(fault, call) });
  });
  const server = await startOfflineServer({
    behaviour: {
      ...options,
      models,
      pace,
      onRealtimeEvent,
      // Loaded when the first call comes: most tests have none, and the peer takes a while to load.
      answerCall: async (offer, session) => (await import('./webrtc-calls.ts')).answerCall(offer, session),
      before(call) {
        const recorded = record(call);
        calls.push(recorded);
        const script = scripts.find(({ matches }) => matches(recorded));
        if (!script) return undefined;
        script.times -= 1;
        if (script.times <= 0) scripts.splice(scripts.indexOf(script), 1);
        return script.reaction(call);
      },
    },
  });
  const onSchema = (schemaName: string) => (call: RecordedCall) => call.schemaName === schemaName;
  return {
    ...server,
    calls,
    callsTo: (endpoint) => calls.filter((call) => call.endpoint === endpoint),
    failNext(endpoint, fault, times = 1) {
      scripts.push({ matches: (call) => call.endpoint === endpoint, times, reaction: (call) => react(fault, call) });
    },
    failWhere(matches, fault) {
      scripts.push({ matches, times: Number.POSITIVE_INFINITY, reaction: (call) => react(fault, call) });
    },
    failNextReply(schemaName, fault, times = 1) {
      scripts.push({ matches: onSchema(schemaName), times, reaction: (call) => react(fault, call) });
    },
    replyNext(schemaName, value) {
      const content = typeof value === 'string' ? value : JSON.stringify(value);
      scripts.push({ matches: onSchema(schemaName), times: 1, reaction: () => ({ say: { content } }) });
    },
    hearNext(text) {
      scripts.push({
        matches: ({ endpoint }) => endpoint === 'transcriptions' || endpoint === 'realtime_transcription',
        times: 1,
        reaction: () => ({ say: { content: text } }),
      });
    },
    hold(matches, times = 1, then = {}) {
      const full = Promise.withResolvers<void>();
      const opened = Promise.withResolvers<void>();
      let waiting = 0;
      const reaction = async () => {
        waiting += 1;
        if (waiting === times) full.resolve();
        await opened.promise;
        return then;
      };
      scripts.push({ matches, times, reaction });
      return { full: full.promise, open: opened.resolve };
    },
    setPace: (next) => void Object.assign(pace, next),
    retire(model) {
      const index = models.findIndex(({ id }) => id === model);
      if (index >= 0) models.splice(index, 1);
    },
    announceShutdown(model, date) {
      const found = models.find(({ id }) => id === model);
      if (!found) throw new Error(`the scripted upstream does not serve ${model}`);
      found.shutdownDate = date;
    },
    realtime,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function record({ signal, ...call }: UpstreamCall): RecordedCall {
  return {
    ...call,
    schemaName: schemaNameOf(call),
    language: readText(call.body, 'language'),
    ended: () => signal.aborted,
  };
}

function schemaNameOf({ endpoint, body }: Pick<UpstreamCall, 'endpoint' | 'body'>): string | null {
  if (endpoint === 'realtime_response') return 'text';
  return endpoint === 'chat' ? (readText(body, 'response_format', 'json_schema', 'name') ?? 'text') : null;
}

function readText(value: unknown, ...path: string[]): string | null {
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === 'string' ? value : null;
  return typeof value === 'object' && value !== null ? readText(Reflect.get(value, key), ...rest) : null;
}
