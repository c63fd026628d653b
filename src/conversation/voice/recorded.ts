import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../errors.ts';
import { decodeToPcm } from '../../speech/decode.ts';
import { readFrameHeader } from '../../speech/mp3-frame.ts';
import { hasSpeech, inspectRecording } from '../../speech/recording.ts';
import type { ConversationCaller } from '../context.ts';
import type { VoiceConversation } from './conversation.ts';

/** One thing said at once: longer than anybody speaks without a pause. */
const maxDurationMs = 10 * 60_000;
/** What may wait for the network while a recording is passed on. */
const mostBuffered = 1024 * 1024;
const pauseMs = 10;

/** Whether these bytes are a recording of their own rather than bare sound: by their container, never by a name. */
export function isRecording(bytes: Buffer): boolean {
  const id = (at: number) => bytes.toString('latin1', at, at + 4);
  if (['RIFF', 'RIFX', 'RF64', 'OggS', 'fLaC'].includes(id(0)) || id(4) === 'ftyp') return true;
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0x1a45dfa3) return true;
  return id(0).startsWith('ID3') || beginsWithMp3Frames(bytes);
}

/** Bare sound may look like one frame by chance, hardly like three in a row. */
function beginsWithMp3Frames(bytes: Buffer): boolean {
  let at = 0;
  for (let frames = 0; frames < 3; frames++) {
    const header = at + 4 <= bytes.length ? readFrameHeader(bytes.readUInt32BE(at)) : null;
    if (!header) return false;
    at += header.bytes;
  }
  return true;
}

/**
 * Says a whole recording: judged by its bytes, decoded away from the server, and heard as one input. Throws the
 * refusals of an upload, and `no_speech` for silence.
 */
export async function sayRecording(
  { deps }: ConversationCaller,
  conversation: VoiceConversation,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const { formats, maxAudioBytes: maxBytes } = deps.limits;
  async function* whole() {
    yield bytes;
  }
  const staged = await deps.storage.stage(whole(), { maxBytes, signal });
  try {
    await inspectRecording(staged.path, { formats, maxDurationMs, signal });
    if (!(await hasSpeech(staged.path, { signal }))) {
      throw new DomainError(
        'no_speech',
        'No speech was found in this recording. Check the microphone and say it again.',
      );
    }
    conversation.commitByHand();
    conversation.interrupt();
    for await (const pcm of decodeToPcm(staged.path, signal)) {
      while (conversation.bufferedBytes > mostBuffered) await sleep(pauseMs, undefined, { signal });
      conversation.hear(pcm);
    }
    conversation.commit();
  } finally {
    await staged.discard();
  }
}
