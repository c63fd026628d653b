import { z } from 'zod';
import { type Voice, voiceNames } from '../speech/voices.ts';
import type { Pace } from './behaviour.ts';
import { findModel, type ServedModel } from './models.ts';
import { encodeMp3, encodePcm, encodeWav } from './speech-encoder.ts';
import type { OfflineVoice } from './voice.ts';
import { utter } from './voice-characters.ts';
import { badRequest, parseRequest } from './wire-error.ts';
import { pause, type WireReply } from './wire-reply.ts';

const encoders = {
  mp3: { contentType: 'audio/mpeg', encode: encodeMp3 },
  wav: { contentType: 'audio/wav', encode: encodeWav },
  pcm: { contentType: 'audio/pcm', encode: encodePcm },
};

const speechRequest = z.object({
  model: z.string(),
  input: z.string().min(1).max(4096),
  voice: z.enum(voiceNames),
  response_format: z.enum(['mp3', 'wav', 'pcm'], 'the offline voice writes mp3, wav and pcm').default('mp3'),
  speed: z.number().min(0.25).max(4).default(1),
  instructions: z.string().max(4096).optional(),
  stream_format: z.literal('audio', 'the offline voice streams audio only').optional(),
});

async function* paced(body: AsyncIterable<Uint8Array>, pace: Pace, signal: AbortSignal) {
  await pause(pace.speechFirstByteMs, signal);
  let first = true;
  for await (const chunk of body) {
    if (!first) await pause(pace.speechChunkMs, signal);
    first = false;
    yield chunk;
  }
}

/** `POST /audio/speech`. The language has no field there: it is guessed from the text. Throws `WireError`. */
export function speak(
  deps: { models: ServedModel[]; voice: OfflineVoice; pace: Pace },
  body: unknown,
  signal: AbortSignal,
): WireReply {
  const request = parseRequest(speechRequest, body);
  findModel(deps.models, request.model, 'speak');
  if (request.instructions !== undefined && request.model.startsWith('tts-1')) {
    throw badRequest(`'instructions' is not supported with model '${request.model}'.`, 'instructions');
  }
  const voice: Voice = request.voice;
  const samples = deps.voice.speak(utter(request.input, voice, request.speed), signal);
  const { contentType, encode } = encoders[request.response_format];
  return { contentType, body: paced(encode(samples, request.input), deps.pace, signal) };
}
