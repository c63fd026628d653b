import type { SpokenEvent } from '../conversation/voice/events.ts';

const whyBridged = { limit: 'the limit of 60 minutes', lost: 'a lost connection' };

/** What is told over the socket, as documented in the README. Sound is base64: PCM, 16-bit little-endian, mono, 24 kHz. */
export function wireEvent(event: SpokenEvent): object {
  switch (event.type) {
    case 'speech-started':
    case 'speech-stopped':
      return { type: event.type.replace('-', '.') };
    case 'transcript-delta':
      return { type: 'transcript.delta', itemId: event.itemId, text: event.text };
    case 'transcript':
      return { type: 'transcript.final', itemId: event.itemId, text: event.text };
    case 'reply-delta':
      return { type: 'reply.delta', replyId: event.replyId, text: event.text };
    case 'audio-delta':
      return { type: 'reply.audio.delta', replyId: event.replyId, audioData: toBase64(event.pcm) };
    case 'reply':
      return { type: 'reply.final', replyId: event.replyId, text: event.text, audioMs: event.audioMs };
    case 'interrupted':
      return { type: 'interrupted', replyId: event.replyId, heardMs: event.heardMs };
    case 'usage':
      return event;
    case 'bridged':
      return { type: 'session.bridged', model: event.model, reason: whyBridged[event.why] };
    case 'error':
      return { type: 'error', error: event.error.toPublic() };
    case 'ended':
      return { type: 'ended', reason: event.why };
  }
}

function toBase64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
