import type { DomainError } from '../../errors.ts';
import type { VoiceEvent, VoiceSession } from '../../speech/voice-model.ts';

export type ReplyEvent = Extract<VoiceEvent, { type: `reply-${string}` }>;

/** Where the replies of a conversation come from, one at a time. */
export interface ReplySource {
  model(): string;
  /** Asks for a reply. Ends after `reply-ended`; throws the signal's reason, or why no more of it comes. */
  request(instructions: string, signal: AbortSignal): AsyncIterable<ReplyEvent>;
  /** Stops what is being said, upstream. */
  stop(): void;
}

/** Sorts what a session says into the reply that was asked for. */
export interface ReplyDesk extends ReplySource {
  take(event: ReplyEvent): void;
  /** Another session has taken over: what nobody has heard anything of is asked for again, the rest breaks off. */
  bridged(error: DomainError): void;
  fail(error: DomainError): void;
}

interface Request {
  instructions: string;
  begun: boolean;
  /** Null until the upstream has told of it: events of an older reply may still come. */
  replyId: string | null;
  push(event: ReplyEvent): void;
  close(): void;
  fail(error: unknown): void;
}

export function createReplyDesk(session: () => VoiceSession | null, model: () => string): ReplyDesk {
  let open: Request | null = null;
  const end = (request: Request) => {
    if (open === request) open = null;
  };
  return {
    model,
    request(instructions, signal) {
      const { readable, writable } = new TransformStream<ReplyEvent, ReplyEvent>({}, { highWaterMark: Infinity });
      const writer = writable.getWriter();
      const ignore = () => undefined;
      const request: Request = {
        instructions,
        begun: false,
        replyId: null,
        push: (event) => void writer.write(event).catch(ignore),
        close: () => void writer.close().catch(ignore),
        fail: (error) => void writer.abort(error).catch(ignore),
      };
      const abort = () => {
        request.fail(signal.reason);
        end(request);
      };
      open = request;
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      session()?.reply(instructions);
      return readable;
    },
    take(event) {
      const request = open;
      if (!request) return;
      if (event.type === 'reply-started') request.replyId ??= event.replyId;
      if (event.replyId !== request.replyId) return;
      if (event.type === 'reply-text' || event.type === 'reply-audio') request.begun = true;
      request.push(event);
      if (event.type !== 'reply-ended') return;
      request.close();
      end(request);
    },
    stop() {
      session()?.stopReply(null);
    },
    bridged(error) {
      const request = open;
      if (!request) return;
      if (!request.begun) {
        request.replyId = null;
        session()?.reply(request.instructions);
        return;
      }
      request.fail(error);
      end(request);
    },
    fail(error) {
      open?.fail(error);
      open = null;
    },
  };
}
