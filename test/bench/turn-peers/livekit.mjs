/** LiveKit Agents without a room: a session per candidate, turns by hand, and an output that hands on every frame. */
import { initializeLogger, voice } from '@livekit/agents';
import { LLM, STT, TTS } from '@livekit/agents-plugin-openai';
import { AudioFrame } from '@livekit/rtc-node';
import { apiKey, baseURL, models, serve, system } from './route.mjs';

initializeLogger({ pretty: false, level: 'error' });

const upstream = { baseURL, apiKey };
const stt = new STT({ ...upstream, model: models.transcribe, useRealtime: false });
const wavHeaderBytes = 44;

class StreamedOutput extends voice.AudioOutput {
  write = () => {};
  #playedMs = 0;

  constructor() {
    super(24_000);
  }

  async captureFrame(frame) {
    await super.captureFrame(frame);
    if (this.#playedMs === 0) this.onPlaybackStarted(Date.now());
    this.#playedMs += (frame.samplesPerChannel / frame.sampleRate) * 1_000;
    this.write(Buffer.from(frame.data.buffer, frame.data.byteOffset, frame.data.byteLength));
  }

  flush() {
    super.flush();
    this.#finish(false);
  }

  clearBuffer() {
    this.#finish(true);
  }

  #finish(interrupted) {
    if (this.#playedMs === 0) return;
    this.onPlaybackFinished({ playbackPosition: this.#playedMs / 1_000, interrupted });
    this.#playedMs = 0;
  }
}

/** 16-bit mono at 24 kHz, as the bench sends it. */
function frameOf(wav) {
  const bytes = new Uint8Array(wav.subarray(wavHeaderBytes, wav.length - (wav.length % 2)));
  const samples = new Int16Array(bytes.buffer);
  return new AudioFrame(samples, 24_000, 1, samples.length);
}

serve(async () => {
  const session = new voice.AgentSession({
    vad: null,
    turnDetection: 'manual',
    llm: new LLM({ ...upstream, model: models.chat }),
    tts: new TTS({ ...upstream, model: models.speak, voice: models.voice }),
  });
  const output = new StreamedOutput();
  session.output.audio = output;
  await session.start({ agent: new voice.Agent({ instructions: system }), record: false });
  return {
    async turn(recording, write) {
      const heard = await stt.recognize(frameOf(recording));
      output.write = write;
      await session.generateReply({ userInput: heard.alternatives[0].text }).waitForPlayout();
    },
    close: () => session.close(),
  };
});
