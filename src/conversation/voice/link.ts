import { asDomainError, type DomainError } from '../../errors.ts';
import type { ChatMessage } from '../../llm/chat-model.ts';
import { type VoiceEvent, type VoiceSession, voicePcm } from '../../speech/voice-model.ts';

export interface LinkOptions {
  open(history: ChatMessage[]): Promise<VoiceSession>;
  /** What was said so far, for a session that takes over. */
  history(): Promise<ChatMessage[]>;
  /** Null: a call cannot be moved to another session. */
  bridging: Bridging | null;
  onEvent(event: VoiceEvent): void;
  /** Another session has taken over. */
  onBridged(why: 'limit' | 'lost'): void;
  /** There is none any more, and there will be none. */
  onEnd(error: DomainError | null): void;
}

export interface Bridging {
  /** From this age on a session is replaced at the next quiet moment. */
  renewAfterMs: number;
  isQuiet(): boolean;
  /** A session that is lost again within this time ends the conversation. */
  healthyAfterMs: number;
}

/** The sessions with the model that one conversation has, one after the other; one at a time. */
export interface VoiceLink {
  readonly model: string;
  hear(pcm: Uint8Array): void;
  /** What is asked of a session that is just being replaced is dropped: the conversation asks again when it is bridged. */
  session(): VoiceSession | null;
  close(): void;
}

/** Heard while a session is replaced: passed on to the next. */
const mostHeldBytes = 10_000 * voicePcm.bytesPerMs;
const renewalCheckMs = 1_000;

/** Opens the first session. Throws what opening it throws. */
export async function openLink(options: LinkOptions): Promise<VoiceLink> {
  const { bridging } = options;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let closed = false;
  let current: VoiceSession | null = null;
  let model = '';
  let openedAt = 0;
  let bridgedLoss = false;

  const use = (session: VoiceSession) => {
    current = session;
    model = session.model;
    openedAt = performance.now();
    session.receive((event) => {
      if (current === session) options.onEvent(event);
    });
    void session.closed.then(({ why, error }) => {
      if (current !== session || closed) return;
      const young = performance.now() - openedAt < (bridging?.healthyAfterMs ?? 0);
      if (!bridging || (why === 'lost' && young && bridgedLoss)) return end(error);
      void replace(why === 'expired' ? 'limit' : 'lost');
    });
    for (const pcm of held) session.hear(pcm);
    held = [];
    heldBytes = 0;
  };

  const end = (error: DomainError | null) => {
    if (closed) return;
    closed = true;
    clearInterval(renewal);
    current?.close();
    current = null;
    options.onEnd(error);
  };

  /** The old one goes first: what it still says would be said twice. */
  const replace = async (why: 'limit' | 'lost') => {
    const old = current;
    current = null;
    old?.close();
    try {
      const session = await options.open(await options.history());
      if (closed) return session.close();
      bridgedLoss = why === 'lost';
      use(session);
      options.onBridged(why);
    } catch (error) {
      end(asDomainError(error));
    }
  };

  const renewal = setInterval(() => {
    if (!current || !bridging?.isQuiet()) return;
    if (performance.now() - openedAt >= bridging.renewAfterMs) void replace('limit');
  }, renewalCheckMs);
  try {
    use(await options.open(await options.history()));
  } catch (error) {
    clearInterval(renewal);
    throw error;
  }

  return {
    get model() {
      return model;
    },
    session: () => current,
    hear(pcm) {
      if (current) return current.hear(pcm);
      if (closed || heldBytes + pcm.length > mostHeldBytes) return;
      held.push(pcm);
      heldBytes += pcm.length;
    },
    close() {
      closed = true;
      clearInterval(renewal);
      current?.close();
      current = null;
    },
  };
}
