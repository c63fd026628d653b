import type { ConversationCaller } from '../conversation/context.ts';
import { startVoiceConversation } from '../conversation/voice/conversation.ts';
import { isRecording, sayRecording } from '../conversation/voice/recorded.ts';
import { wireEvent } from './conversation-wire.ts';
import type { StartTalk } from './talk.ts';

/** `mode: converse`: talks with a model, about an interview or anything. */
export const startConversing: StartTalk<ConversationCaller> = async (caller, message, { tell, over, signal }) => {
  const { sessionId, instructions, voice, language } = message;
  const options = { sessionId, instructions, voice, language, signal };
  const conversation = await startVoiceConversation(caller, options, (event) => {
    tell(wireEvent(event));
    if (event.type === 'ended') over();
  });
  const { model, voice: spokenVoice, language: spokenLanguage } = conversation;
  return {
    started: { mode: 'converse', sessionId: sessionId ?? null, model, voice: spokenVoice, language: spokenLanguage },
    audio(bytes) {
      if (isRecording(bytes)) return sayRecording(caller, conversation, bytes, signal);
      // A sample has two bytes; half of one would shift all that follow.
      conversation.hear(bytes.subarray(0, bytes.length & ~1));
    },
    text: (text) => conversation.say(text),
    commit: () => conversation.commit(),
    interrupt: (heardMs) => conversation.interrupt(heardMs),
    get bufferedBytes() {
      return conversation.bufferedBytes;
    },
    pause: () => conversation.pause(),
    resume: () => conversation.resume(),
    stop: () => conversation.end(),
    leave: () => conversation.end(),
  };
};
