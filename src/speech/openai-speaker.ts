import { DomainError } from '../errors.ts';
import { callUpstream, type UpstreamAccess } from '../models/call.ts';
import { withDeadline } from '../models/deadline.ts';
import { hostOf } from '../models/model-server.ts';
import { speaksVoice, takesInstructions } from '../models/parameters.ts';
import { InvalidReply, upstreamError } from '../models/upstream-errors.ts';
import type { Speaker, SpeakRequest, Speech } from './speaker.ts';

export interface OpenAiSpeakerOptions extends UpstreamAccess {
  /** Whose voice it is: see `Speaker`. */
  origin: string;
  deadlines?: {
    /** From one request to its first audio; default 20 s. */
    firstByteMs?: number;
    /** To the first audio, retries included; default 45 s. */
    startMs?: number;
    /** Between two pieces of audio; default 10 s. */
    idleMs?: number;
  };
}

const longestInput = 4096;

interface OpenSpeech {
  model: string;
  reader: ReadableStreamDefaultReader<Uint8Array>;
  first: Uint8Array;
  close: () => void;
}

function instructionsFor(request: SpeakRequest): string {
  const language = new Intl.DisplayNames(['en'], { type: 'language' }).of(request.language) ?? request.language;
  return [`Speak ${language}.`, request.style].filter(Boolean).join(' ');
}

function audioReader(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  const type = response.headers.get('content-type') ?? '';
  if (!response.body || /^(text\/|application\/json)/.test(type)) throw new InvalidReply(`not audio but ${type}`);
  return response.body.getReader();
}

/**
 * Speaks through `POST /audio/speech`, in MP3. `speak` resolves with the first audio; until then a failure is retried.
 * The body must be read or the signal aborted, or else the upstream connection stays open.
 */
export function createOpenAiSpeaker(options: OpenAiSpeakerOptions): Speaker {
  const { client, catalogue } = options;
  const { firstByteMs = 20_000, startMs = 45_000, idleMs = 10_000 } = options.deadlines ?? {};

  async function open(request: SpeakRequest, model: string, signal: AbortSignal): Promise<OpenSpeech> {
    const closing = new AbortController();
    const close = () => closing.abort();
    // The caller's own signal too: it must still end the call once the first audio is there.
    const ends = [closing.signal, ...(request.signal ? [request.signal] : [])];
    try {
      return await withDeadline(firstByteMs, signal, async (bounded) => {
        const response = await client.audio.speech.create(
          {
            model,
            voice: request.voice,
            input: request.text,
            response_format: 'mp3',
            ...(takesInstructions(model) && { instructions: instructionsFor(request) }),
          },
          { signal: AbortSignal.any([bounded, ...ends]), maxRetries: 0, timeout: firstByteMs },
        );
        const reader = audioReader(response);
        const { value: first } = await reader.read();
        if (!first) throw new InvalidReply('no audio at all');
        return { model, reader, first, close };
      });
    } catch (error) {
      close();
      throw error;
    }
  }

  async function* audio(speech: OpenSpeech, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    try {
      for (let piece: Uint8Array | undefined = speech.first; piece; ) {
        yield piece;
        // fetch rejects a body that ends before its Content-Length or its last chunk.
        piece = (await withDeadline(idleMs, signal, () => speech.reader.read())).value;
      }
    } catch (error) {
      throw upstreamError(error, { capability: 'speak', host: hostOf(client.baseURL) });
    } finally {
      speech.close();
    }
  }

  return {
    origin: options.origin,
    currentModel: (voice) => catalogue.currentModel('speak', (model) => speaksVoice(model, voice)),

    async speak(request): Promise<Speech> {
      const length = [...request.text].length;
      if (length > longestInput || !request.text.trim()) {
        throw new DomainError(
          'invalid_input',
          `Text to speak must have 1 to ${longestInput} characters; this has ${length}.`,
        );
      }
      const suits = (model: string) => speaksVoice(model, request.voice);
      const call = {
        ...options,
        capability: 'speak' as const,
        deadlineMs: request.firstAudioMs ?? startMs,
        signal: request.signal,
        suits,
      };
      const speech = await callUpstream(call, (model, signal) => open(request, model, signal));
      return { model: speech.model, mimeType: 'audio/mpeg', body: audio(speech, request.signal) };
    },
  };
}
