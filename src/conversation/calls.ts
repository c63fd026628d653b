import { DomainError } from '../errors.ts';
import { voiceSchema } from '../speech/voices.ts';
import { type Call, mostPerUser } from './call-registry.ts';
import type { ConversationCaller } from './context.ts';
import { requireTalkable } from './realtime-briefing.ts';
import { joinCall, type Sideband } from './sideband.ts';

/** The vendor ends them at this age; so does this server, should the vendor not. */
const longestMs = 60 * 60_000;
/** An offer with a data channel and a few candidates has some 2 kB. */
export const longestSdp = 65_536;

/** How long the caller's right to the call lasts. */
export interface CallRights {
  /** Disposed of when the call has ended. */
  login: Disposable & { signal: AbortSignal };
  /** Aborts when the server begins to stop. */
  closing: AbortSignal;
}

export interface CallInput {
  /** The browser's offer. */
  sdp: string;
  /** The interview that it is; without one it is a conversation about anything. */
  sessionId?: string | undefined;
}

/**
 * Places a call and answers with the vendor's SDP answer; from then on the conversation is conducted and recorded from
 * the side. It ends by hang-up on either side, with the login or the server, after 60 minutes, and when another conversation of
 * the same interview begins. Throws `not_found`, `session_ended`, `consent_required`, `too_large`, `invalid_input`,
 * `rate_limited`, and what the broker throws.
 */
export async function createCall(
  caller: ConversationCaller,
  { sdp, sessionId }: CallInput,
  { login, closing }: CallRights,
): Promise<Call & { sdp: string }> {
  using held = new DisposableStack();
  held.use(login);
  const { deps, userId } = caller;
  const { broker, calls, modality } = deps.realtime;
  if (sdp.length > longestSdp) {
    throw new DomainError('too_large', 'The SDP offer is larger than 64 kB. Offer audio and one data channel only.');
  }
  const interview = sessionId === undefined ? null : await requireTalkable(caller, sessionId);
  await deps.allowance.require(userId);
  const place = calls.reserve(userId);
  if (!place) {
    throw new DomainError('rate_limited', `You have ${mostPerUser} calls already. Hang up one of them first.`);
  }
  held.use(place);
  const placed = await broker.placeCall(
    {
      sdp,
      session: {
        instructions: interview ? null : deps.voice.instructions || null,
        voice: interview ? voiceSchema.parse(interview.voice) : deps.voice.voice,
        modality: interview ? 'audio' : modality,
        transcribeAs: null,
        // Until the sideband conducts it.
        replies: interview ? 'on-demand' : 'by-itself',
      },
    },
    caller.signal,
  );
  const signal = AbortSignal.any([login.signal, closing]);
  const call = followCall({ ...caller, signal }, { id: placed.id, sessionId });
  const kept = held.move();
  void call.ended.then(() => kept.dispose());
  return { ...call, sdp: placed.sdp };
}

/** Nobody waits for the sideband: the caller hears the answer sooner. Without one the call is hung up. */
function followCall(
  caller: ConversationCaller & { signal: AbortSignal },
  { id, sessionId }: { id: string; sessionId: string | undefined },
): Call {
  const { deps, userId, signal } = caller;
  const { broker, calls, holders } = deps.realtime;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const leaving = new AbortController();
  const end = () => {
    leaving.abort();
    return ended;
  };
  const call: Call = { id, userId, end, ended };
  calls.add(call);

  const follow = async (stopping: AbortSignal) => {
    const until = AbortSignal.any([leaving.signal, signal, stopping, AbortSignal.timeout(longestMs)]);
    let place: Disposable | null = null;
    let sideband: Sideband | null = null;
    try {
      place = sessionId === undefined ? null : await holders.take(sessionId, end);
      until.throwIfAborted();
      sideband = await joinCall(caller, { id, sessionId }, until);
      await Promise.race([sideband.ended, aborted(until)]);
    } catch (error) {
      if (!until.aborted) deps.log.error({ err: error, callId: id }, 'a call was lost from the side, and is hung up');
    }
    const results = await Promise.allSettled([sideband?.end(), broker.hangUp(id)]);
    for (const result of results) {
      if (result.status === 'rejected') deps.log.warn({ err: result.reason, callId: id }, 'a call did not end cleanly');
    }
    place?.[Symbol.dispose]();
    calls.remove(id);
    resolve();
  };
  if (!deps.later('call', follow)) void follow(AbortSignal.abort());
  return call;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Hangs up one's own call. Throws `not_found`, also for somebody else's. */
export async function hangUpCall({ deps, userId }: ConversationCaller, callId: string): Promise<void> {
  const call = deps.realtime.calls.find(callId);
  if (call?.userId !== userId) throw new DomainError('not_found', 'There is no such call. It may have ended already.');
  await call.end();
}
