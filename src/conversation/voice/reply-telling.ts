import type { SpokenEvent } from './events.ts';
import type { Playback } from './playback.ts';
import type { ReplyEvent } from './reply-source.ts';

export interface ReplyTelling {
  tell(event: ReplyEvent): void;
}

/** Tells a reply's words and sound as they come, but no more of its sound once it was cut off; then all of it together. */
export function createReplyTelling({
  emit,
  playback,
  model,
}: {
  emit(event: SpokenEvent): void;
  playback: Playback;
  model(): string;
}): ReplyTelling {
  const texts = new Map<string, string>();
  const end = ({ replyId, usage }: Extract<ReplyEvent, { type: 'reply-ended' }>) => {
    const text = texts.get(replyId) ?? '';
    texts.delete(replyId);
    const audioMs = playback.audioMs(replyId);
    if (text) emit({ type: 'reply', replyId, text, audioMs });
    emit({ type: 'usage', model: model(), ...usage, audioMs });
  };
  return {
    tell(event) {
      const { replyId } = event;
      if (event.type === 'reply-text') {
        texts.set(replyId, (texts.get(replyId) ?? '') + event.delta);
        emit({ type: 'reply-delta', replyId, text: event.delta });
      }
      if (event.type === 'reply-audio' && !playback.isCutOff(replyId)) {
        playback.add(replyId, event.itemId, event.pcm);
        emit({ type: 'audio-delta', replyId, pcm: event.pcm });
      }
      if (event.type === 'reply-ended') end(event);
    },
  };
}
