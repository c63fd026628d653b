import type { DomainError } from '../../errors.ts';
import { primaryLanguage } from '../../interview/language.ts';
import type { VoiceEvent, VoiceRequest } from '../../speech/voice-model.ts';
import { type Voice, voiceSchema } from '../../speech/voices.ts';
import type { ConversationCaller } from '../context.ts';
import { requireTalkable } from '../realtime-briefing.ts';
import type { SpokenEvent } from './events.ts';
import { talkFreely } from './free-talk.ts';
import { conductInterview } from './interview.ts';
import { openLink, type VoiceLink } from './link.ts';
import type { Partner, PartnerTools } from './partner.ts';
import { createPlayback } from './playback.ts';
import { createReplyTelling } from './reply-telling.ts';
import { createUtterances } from './utterances.ts';

export interface VoiceConversationOptions {
  /** The interview that it is; without one it is a conversation about anything. */
  sessionId?: string | undefined;
  instructions?: string | undefined;
  voice?: Voice | undefined;
  /** BCP 47. */
  language?: string | undefined;
  /** A call whose sound goes another way; it is conducted from the side, and its sound is not recorded. */
  callId?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface VoiceConversation {
  readonly model: string;
  readonly voice: Voice;
  readonly language: string;
  /** Sound: see `voicePcm`. */
  hear(pcm: Uint8Array): void;
  /** From now on `commit` ends what is said, not a pause: for whoever sends whole recordings. */
  commitByHand(): void;
  commit(): void;
  say(text: string): void;
  /** Somebody begins to speak, having heard so much of the reply; by default as much as can have been played. */
  interrupt(heardMs?: number): void;
  /** Sent upstream, but not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Stops and resumes what the model says, for a listener that cannot keep up. */
  pause(): void;
  resume(): void;
  /** Resolves once everything is put away. The last event is `ended`. */
  end(): Promise<void>;
}

/**
 * Talks with a model that hears and speaks. Throws `not_found`, `session_ended`, `consent_required` (an interview is
 * recorded), and what opening the first session throws; after that, what goes wrong is an event.
 */
export async function startVoiceConversation(
  caller: ConversationCaller,
  options: VoiceConversationOptions,
  emit: (event: SpokenEvent) => void,
): Promise<VoiceConversation> {
  const { deps } = caller;
  const { sessionId, callId } = options;
  const interview = sessionId ? await requireTalkable(caller, sessionId) : null;
  // A call was asked for already.
  if (!callId) await deps.allowance.require(caller.userId);
  const voice = options.voice ?? (interview ? voiceSchema.parse(interview.voice) : deps.voice.voice);
  const language = interview?.language ?? options.language ?? 'en';

  const playback = createPlayback();
  let turns: VoiceRequest['turns'] = 'detected';
  let speaking = false;
  /** By hand: the upstream has not said yet that it took it. */
  let awaitingCommit = false;
  let link: VoiceLink | null = null;
  const over = Promise.withResolvers<void>();
  let ended = false;

  const finish = async (why: 'stopped' | 'interview-over' | 'failed', error: DomainError | null) => {
    if (ended) return over.promise;
    ended = true;
    link?.close();
    await partner.ended(error);
    if (error) emit({ type: 'error', error });
    emit({ type: 'ended', why });
    over.resolve();
    return over.promise;
  };

  const tools: PartnerTools = {
    session: () => link?.session() ?? null,
    model: () => link?.model ?? '',
    emit: (event) => void (ended || emit(event)),
    over: () => void finish('interview-over', null),
  };
  const utterances =
    callId === undefined
      ? createUtterances(deps.storage, { maxBytes: deps.limits.maxAudioBytes, turns: () => turns })
      : null;
  const partner: Partner = sessionId
    ? conductInterview(caller, sessionId, tools, utterances)
    : talkFreely(caller, tools);

  const bargeIn = (toldMs?: number) => {
    const playing = playback.playing();
    if (!playing && !partner.replying()) return;
    const heardMs = playing ? Math.min(toldMs ?? playing.heardMs, playback.audioMs(playing.replyId)) : (toldMs ?? 0);
    playback.cutOff();
    link?.session()?.stopReply(playing && { itemId: playing.itemId, heardMs });
    if (playing) tools.emit({ type: 'interrupted', replyId: playing.replyId, heardMs });
    partner.interrupted(heardMs);
  };

  const replies = createReplyTelling({ emit, playback, model: tools.model });
  const onEvent = (event: VoiceEvent) => {
    if (ended) return;
    switch (event.type) {
      case 'speech-started':
        speaking = true;
        partner.speechStarted();
        emit(event);
        bargeIn();
        break;
      case 'speech-stopped':
        speaking = false;
        emit(event);
        break;
      case 'input-committed':
        awaitingCommit = false;
        partner.committed(event.itemId, turns === 'committed');
        break;
      case 'heard-delta':
        emit({ ...event, type: 'transcript-delta' });
        break;
      case 'heard':
        emit({ type: 'transcript', itemId: event.itemId, text: event.text });
        if (event.usage) emit({ type: 'usage', ...event.usage });
        partner.heard(event);
        break;
      case 'unheard':
        partner.unheard(event);
        break;
      case 'refused':
        emit({ type: 'error', error: event.error });
        break;
      default:
        partner.reply(event);
        replies.tell(event);
    }
  };
  const request = (history: VoiceRequest['history']): VoiceRequest => ({
    instructions: options.instructions ?? deps.voice.instructions,
    voice,
    language: primaryLanguage(language),
    turns,
    replies: partner.replies,
    history,
    ...(options.signal && { signal: options.signal }),
  });
  const { renewAfterMs, healthyAfterMs } = deps.voice;
  const isQuiet = () => !speaking && !partner.replying() && playback.playing() === null;
  link = await openLink({
    open: (history) =>
      callId === undefined ? deps.voiceModel.open(request(history)) : deps.voiceModel.join(callId, request(history)),
    history: () => partner.history(),
    bridging: callId === undefined ? { renewAfterMs, healthyAfterMs, isQuiet } : null,
    onEvent,
    onBridged(why) {
      speaking = false;
      emit({ type: 'bridged', why, model: tools.model() });
      partner.bridged();
      if (awaitingCommit) partner.inputLost();
      awaitingCommit = false;
    },
    onEnd: (error) => void finish(error ? 'failed' : 'stopped', error),
  });
  partner.begin();

  return {
    get model() {
      return tools.model();
    },
    voice,
    language,
    hear(pcm) {
      partner.hear(pcm);
      link?.hear(pcm);
    },
    commitByHand() {
      if (turns === 'committed') return;
      turns = 'committed';
      link?.session()?.commitByHand();
    },
    commit() {
      bargeIn();
      awaitingCommit = true;
      link?.session()?.commit();
    },
    say(text) {
      bargeIn();
      partner.said(text);
    },
    interrupt: bargeIn,
    get bufferedBytes() {
      return link?.session()?.bufferedBytes ?? 0;
    },
    pause: () => link?.session()?.pause(),
    resume: () => link?.session()?.resume(),
    end: () => finish('stopped', null),
  };
}
