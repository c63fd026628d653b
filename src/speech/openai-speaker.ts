import { withDeadline } from '../models/deadline.ts';
import { hostOf } from '../models/model-server.ts';
import { takesInstructions } from '../models/parameters.ts';
import { InvalidReply, upstreamError } from '../models/upstream-errors.ts';
import type { Speaker, SpeakRequest } from './speaker.ts';
import { mannerOf, type SpeakerOptions, type SpeechAttempt, speakerOf } from './speech-attempt.ts';

interface OpenSpeech {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  first: Uint8Array;
  close: () => void;
}

function audioReader(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  const type = response.headers.get('content-type') ?? '';
  if (!response.body || /^(text\/|application\/json)/.test(type)) throw new InvalidReply(`not audio but ${type}`);
  return response.body.getReader();
}

/** Speaks through `POST /audio/speech` alone: see `openAiSpeech`. */
export function createOpenAiSpeaker(options: SpeakerOptions): Speaker {
  return speakerOf(openAiSpeech(options), options);
}

/**
 * Speaks through `POST /audio/speech`, in MP3. The body must be read or the request's signal aborted, or else the upstream
 * connection stays open.
 */
export function openAiSpeech(options: SpeakerOptions): SpeechAttempt {
  const { client } = options;
  const { firstByteMs = 20_000, idleMs = 10_000 } = options.deadlines ?? {};

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
            ...(takesInstructions(model) && { instructions: mannerOf(request) }),
          },
          { signal: AbortSignal.any([bounded, ...ends]), maxRetries: 0, timeout: firstByteMs },
        );
        const reader = audioReader(response);
        const { value: first } = await reader.read();
        if (!first) throw new InvalidReply('no audio at all');
        return { reader, first, close };
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

  return async (request, model, signal) => {
    const speech = await open(request, model, signal);
    return { model, mimeType: 'audio/mpeg', body: audio(speech, request.signal) };
  };
}
