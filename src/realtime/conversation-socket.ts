import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { AuthDeps } from '../auth/auth.ts';
import type { ConversationDeps } from '../conversation/context.ts';
import { asDomainError, DomainError } from '../errors.ts';
import type { LiveRecordingDeps } from '../interview/live-recording/context.ts';
import { refuseDeepJson } from '../json-depth.ts';
import { closeCodes, closeReason } from '../sockets/close-codes.ts';
import { createPlaces, type Places } from '../sockets/places.ts';
import { type Speaker, speakerOf } from './conversation-identity.ts';
import { type ClientMessage, readClientMessage, type StartMessage } from './conversation-messages.ts';
import { startConversing } from './conversing.ts';
import { createInbox } from './inbox.ts';
import { startListening } from './listening.ts';
import { createOutbox } from './outbox.ts';
import type { Talk } from './talk.ts';
import { startTranscribing } from './transcribing.ts';

export interface ConversationLimits {
  /** One message: 15 MiB of base64 are what the upstream takes at once. */
  messageBytes: number;
  messagesPerSecond: number;
  conversationsPerUser: number;
  pingEveryMs: number;
}

export const defaultConversationLimits: ConversationLimits = {
  messageBytes: 16 * 2 ** 20,
  messagesPerSecond: 500,
  conversationsPerUser: 5,
  pingEveryMs: 30_000,
};

export interface ConversationSocketOptions {
  deps: ConversationDeps & LiveRecordingDeps;
  auth: AuthDeps;
  /** Aborts when the server begins to stop. */
  closing: AbortSignal;
  limits?: Partial<ConversationLimits>;
}

interface Serving extends Required<Omit<ConversationSocketOptions, 'limits'>> {
  limits: ConversationLimits;
  places: Places;
}

/** Brief 1: a spoken conversation over a WebSocket at `/api/conversation`. Register `registerSockets` before. */
export async function conversationSocket(app: FastifyInstance, options: ConversationSocketOptions): Promise<void> {
  const limits = { ...defaultConversationLimits, ...options.limits };
  const serving: Serving = { ...options, limits, places: createPlaces(limits.conversationsPerUser) };
  app.route({
    method: 'GET',
    url: '/api/conversation',
    schema: { hide: true },
    config: { maxMessageBytes: limits.messageBytes },
    handler: (_request, reply) => reply.callNotFound(),
    wsHandler: (socket, request) => serve(socket, request, serving),
  });
}

const startIn = { converse: startConversing, transcribe: startTranscribing, listen: startListening };

/** One socket: any number of conversations, one after the other. Everything listens before anything is awaited. */
function serve(socket: WebSocket, request: FastifyRequest, { deps, auth, closing, limits, places }: Serving): void {
  const left = new AbortController();
  const outbox = createOutbox(socket);
  const inbox = createInbox(socket, limits);
  let talk: Talk | null = null;
  let release = () => {};

  const fail = (error: unknown) => {
    const known = asDomainError(error);
    if (known.code === 'internal') deps.log.error({ err: error }, 'a spoken conversation failed');
    outbox.tell({ type: 'error', error: known.toPublic() });
  };
  const over = () => {
    talk = null;
    outbox.pauses(null);
    release();
    release = () => {};
  };

  /** Ends with the login, too. */
  const hold = ({ identity }: Speaker) => {
    const place = places.take(identity.userId);
    if (!place) {
      throw new DomainError('rate_limited', 'You have too many conversations open. End one of them first.');
    }
    const login = auth.logins.watch(identity.loginId, identity.userId);
    const loggedOut = () => void leave(asDomainError(login.signal.reason), closeCodes.unauthenticated);
    login.signal.addEventListener('abort', loggedOut, { once: true });
    release = () => {
      place[Symbol.dispose]();
      login.signal.removeEventListener('abort', loggedOut);
      login[Symbol.dispose]();
    };
  };

  const start = async (message: StartMessage) => {
    if (talk)
      throw new DomainError('conflict', 'A conversation is going on. Send {"action":"stop"} before another start.');
    const speaker = await speakerOf(auth, request, message.token);
    hold(speaker);
    try {
      const caller = { deps, userId: speaker.identity.userId };
      const early: object[] = [];
      let tell = (event: object): void => void early.push(event);
      const begun = await startIn[message.mode](caller, message, {
        tell: (event) => tell(event),
        over,
        signal: left.signal,
      });
      talk = begun;
      outbox.pauses(begun);
      outbox.tell({ type: 'session.started', ...begun.started, ...(speaker.token && { token: speaker.token }) });
      tell = outbox.tell;
      for (const event of early) outbox.tell(event);
      if (left.signal.aborted) await begun.leave();
    } catch (error) {
      over();
      throw error;
    }
  };

  const take = async (message: ClientMessage) => {
    if ('action' in message && message.action === 'start') return start(message);
    if (!talk) throw new DomainError('conflict', 'There is no conversation yet. Send {"action":"start"} first.');
    if ('messageType' in message) {
      if (message.messageType === 'text') return talk.text(message.audioData);
      await talk.audio(Buffer.from(message.audioData, 'base64'));
      return inbox.pacedBy(talk);
    }
    switch (message.action) {
      case 'commit':
        return talk.commit();
      case 'interrupt':
        return talk.interrupt(message.heardMs);
      case 'stop':
        return talk.stop();
    }
  };

  const leave = async (error: DomainError, code: number) => {
    if (left.signal.aborted) return;
    outbox.tell({ type: 'error', error: error.toPublic() });
    await talk?.leave();
    socket.close(code, closeReason(error));
  };
  const stopping = () => void leave(asDomainError(closing.reason), closeCodes.restarting);

  inbox.each(async (text) => {
    try {
      await take(readClientMessage(parseJson(text)));
    } catch (error) {
      if (!left.signal.aborted) fail(error);
    }
  }, leave);
  closing.addEventListener('abort', stopping);
  socket.on('error', () => {
    // Whatever it was, `close` follows.
  });
  socket.once('close', () => {
    left.abort(new DomainError('unavailable', 'The connection was closed.'));
    closing.removeEventListener('abort', stopping);
    outbox.close();
    talk?.leave().catch((error: unknown) => deps.log.error({ err: error }, 'a conversation was not put away'));
    if (!talk) release();
  });
  if (closing.aborted) stopping();
}

function parseJson(text: string): unknown {
  refuseDeepJson(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError('invalid_input', 'This is not valid JSON. Send one JSON object in each message.', { cause });
  }
}
