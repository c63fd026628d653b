import { z } from 'zod';
import type { VoiceRecord } from '../../conversation/voice-record.ts';
import type { RealtimeMessage } from '../../models/realtime-connection.ts';
import type { Upstream } from '../../models/upstream-errors.ts';
import { voiceEventOf } from '../../speech/voice-events.ts';

const head = /^\s*\{\s*(?:"event_id"\s*:\s*"[^"\\]*"\s*,\s*)?"type"\s*:\s*"([^"\\]+)"/;

/** The type of a server event, without reading it where its beginning tells. Throws `InvalidReply` for what is none. */
export function typeOf(message: RealtimeMessage): string {
  const type = head.exec(message.text)?.[1];
  if (type) return type;
  const { event } = message;
  return event.type === 'other' ? event.name : event.type;
}

const truncated = z.object({ item_id: z.string(), audio_end_ms: z.number() });
const typed = z.object({
  item: z.object({
    type: z.literal('message'),
    role: z.literal('user'),
    content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  }),
});
const configured = z.object({
  session: z.object({
    audio: z.object({
      input: z.object({ transcription: z.object({ model: z.string() }).nullish() }).optional(),
      output: z.object({ format: z.object({ type: z.string() }).nullish() }).optional(),
    }),
  }),
});

/** Bytes of sound in a millisecond, by format: 24 kHz in two bytes, else 8 kHz in one. */
const bytesPerMs = (format: string) => (format === 'audio/pcm' ? 48 : 8);

/** Tells the record what goes by. Throws for events that are not as OpenAI documents them; what they say is lost then. */
export function createObserver(
  record: VoiceRecord,
  { upstream, keepsWords }: { upstream: Upstream; keepsWords: boolean },
) {
  let hears = 'unknown';
  let format = 'audio/pcm';

  return (message: RealtimeMessage, type: string): void => {
    switch (type) {
      case 'response.output_audio.delta':
        if (keepsWords) sounded(message.text);
        return;
      case 'response.output_audio_transcript.delta':
      case 'response.output_text.delta':
      case 'conversation.item.input_audio_transcription.delta':
        if (keepsWords) tell(message);
        return;
      case 'conversation.item.truncated': {
        const { item_id, audio_end_ms } = truncated.parse(JSON.parse(message.text));
        record.truncated(item_id, audio_end_ms);
        return;
      }
      case 'conversation.item.done': {
        const { data } = typed.safeParse(JSON.parse(message.text));
        const words = data?.item.content.flatMap(({ type: kind, text }) =>
          kind === 'input_text' && text ? [text] : [],
        );
        if (words?.length) record.typed(words.join('\n'));
        return;
      }
      case 'session.created':
      case 'session.updated': {
        const { data } = configured.safeParse(JSON.parse(message.text));
        hears = data?.session.audio.input?.transcription?.model ?? hears;
        format = data?.session.audio.output?.format?.type ?? format;
        return;
      }
      default:
        tell(message);
    }
  };

  function tell(message: RealtimeMessage): void {
    const event = voiceEventOf(message.event, upstream, hears);
    if (event) record.receive(event);
  }

  /** The only event that is too frequent to be read: its length tells enough. */
  function sounded(text: string): void {
    const replyId = fieldOf(text, 'response_id');
    const itemId = fieldOf(text, 'item_id');
    const start = text.indexOf('"delta"');
    const from = text.indexOf('"', start + 8) + 1;
    const bytes = ((text.indexOf('"', from) - from) / 4) * 3;
    if (start !== -1 && bytes > 0) record.sounded(replyId, itemId, bytes / bytesPerMs(format));
  }
}

function fieldOf(text: string, name: string): string {
  const start = text.indexOf(`"${name}"`);
  const from = text.indexOf('"', start + name.length + 2) + 1;
  return text.slice(from, text.indexOf('"', from));
}

const described = z.looseObject({ session: z.looseObject({}) });

/** An interview's instructions are not for the candidate. Other events pass as they are. */
export function withoutInstructions(text: string, type: string): string {
  if (type !== 'session.created' && type !== 'session.updated') return text;
  const { session, ...event } = described.parse(JSON.parse(text));
  return JSON.stringify({ ...event, session: { ...session, instructions: '' } });
}
