import type { ConversationCaller } from '../conversation/context.ts';
import { requireTalkable } from '../conversation/realtime-briefing.ts';
import { startVoiceConversation, type VoiceConversation } from '../conversation/voice/conversation.ts';
import { isRecording, sayRecording } from '../conversation/voice/recorded.ts';
import { wireEvent } from './conversation-wire.ts';
import type { StartTalk } from './talk.ts';

/** `mode: converse`: talks with a model, about an interview or anything. An interview's latest conversation wins. */
export const startConversing: StartTalk<ConversationCaller> = async (caller, message, { tell, over, signal }) => {
  const { sessionId, instructions, voice, language } = message;
  const held = new DisposableStack();
  let conversation: VoiceConversation | null = null;
  if (sessionId) {
    await requireTalkable(caller, sessionId);
    held.use(await caller.deps.realtime.holders.take(sessionId, async () => conversation?.end()));
  }
  const options = { sessionId, instructions, voice, language, signal };
  const begun = await startVoiceConversation(caller, options, (event) => {
    tell(wireEvent(event));
    if (event.type !== 'ended') return;
    held.dispose();
    over();
  }).catch((error: unknown) => {
    held.dispose();
    throw error;
  });
  conversation = begun;
  return {
    started: {
      mode: 'converse',
      sessionId: sessionId ?? null,
      model: begun.model,
      voice: begun.voice,
      language: begun.language,
    },
    audio(bytes) {
      if (isRecording(bytes)) return sayRecording(caller, begun, bytes, signal);
      // A sample has two bytes; half of one would shift all that follow.
      begun.hear(bytes.subarray(0, bytes.length & ~1));
    },
    text: (text) => begun.say(text),
    commit: () => begun.commit(),
    interrupt: (heardMs) => begun.interrupt(heardMs),
    get bufferedBytes() {
      return begun.bufferedBytes;
    },
    pause: () => begun.pause(),
    resume: () => begun.resume(),
    stop: () => begun.end(),
    leave: () => begun.end(),
  };
};
