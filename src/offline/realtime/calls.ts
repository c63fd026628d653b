import type { Behaviour } from '../behaviour.ts';
import type { OfflineVoice } from '../voice.ts';
import { badRequest, WireError } from '../wire-error.ts';
import type { CallOffer } from './call-offer.ts';
import { type ConnectedClient, connect, type Wire } from './connection.ts';
import { newId } from './identifiers.ts';
import { openSession, type RealtimeSession } from './session.ts';

/** What a WebRTC peer is given of the session it carries. */
export interface RealtimeSessionPort {
  callId: string;
  /** Joins the data channel once it is open: `session.created` goes out, and the events from then on. */
  openChannel(wire: Wire): ConnectedClient;
  /** Samples at 24 kHz of what the caller says. */
  hear(samples: Int16Array): void;
  /** Called with 24 kHz samples of what the session says, about 100 ms at a time, faster than they are played. */
  onSpeech(play: (samples: Int16Array<ArrayBuffer>) => void): void;
  /** The caller is gone. */
  hangUp(): void;
}

/** Answers a WebRTC offer. `close` ends the peer, once. */
export type AnswerCall = (
  offerSdp: string,
  session: RealtimeSessionPort,
) => Promise<{ sdp: string; close(): Promise<void> }>;

export interface Calls {
  /** Throws a `WireError`: 400 for an offer that cannot be answered, 503 where there is no peer to answer it. */
  place(offer: CallOffer): Promise<{ id: string; sdp: string }>;
  /** The session of a call that goes on. Throws a 404 `WireError`. */
  find(id: string): RealtimeSession;
  /** Ends a call for everybody. Throws a 404 `WireError`. */
  hangUp(id: string): void;
  close(): Promise<void>;
}

export function createCalls(deps: { behaviour: Behaviour; voice: OfflineVoice }): Calls {
  const { behaviour } = deps;
  const sessions = new Map<string, RealtimeSession>();
  const closing = new Set<Promise<void>>();

  function find(id: string): RealtimeSession {
    const session = sessions.get(id);
    if (!session)
      throw new WireError(404, `No call with the id '${id}'.`, { param: 'call_id', code: 'call_not_found' });
    return session;
  }
  const hangUp = (id: string) => find(id).end(1000, 'the call was hung up');

  return {
    find,
    hangUp,
    async place({ sdp: offer, config }) {
      if (!behaviour.answerCall) {
        const message = 'This server has no WebRTC peer: talk over the WebSocket, or connect OpenAI.';
        throw new WireError(503, message, { type: 'server_error', code: 'webrtc_unavailable' });
      }
      if (!offer.startsWith('v=0'))
        throw badRequest("Invalid value for 'sdp': not an SDP offer.", 'sdp', 'invalid_offer');
      const callId = newId('rtc');
      let play: (samples: Int16Array<ArrayBuffer>) => void = () => {};
      const session = openSession({ ...deps, play: (samples) => play(samples) }, config);
      sessions.set(callId, session);
      session.signal.addEventListener('abort', () => sessions.delete(callId), { once: true });
      try {
        const peer = await behaviour.answerCall(offer, {
          callId,
          openChannel: (wire) => connect(session, 'call', wire, behaviour.onRealtimeEvent),
          hear: (samples) => session.hear(samples),
          onSpeech: (next) => {
            play = next;
          },
          hangUp: () => session.end(1000, 'the caller left'),
        });
        const closePeer = () => {
          const closed = peer.close().finally(() => closing.delete(closed));
          closing.add(closed);
        };
        if (session.signal.aborted) closePeer();
        else session.signal.addEventListener('abort', closePeer, { once: true });
        return { id: callId, sdp: peer.sdp };
      } catch (error) {
        session.end(1011, 'the call could not be answered');
        throw error;
      }
    },
    async close() {
      for (const id of [...sessions.keys()]) hangUp(id);
      await Promise.all(closing);
    },
  };
}
