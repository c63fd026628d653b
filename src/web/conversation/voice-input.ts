import { closeMicrophone, openMicrophone, recordingType } from '../recording/microphone.ts';
import type { VoiceFrame } from './voice-frame.ts';
import workletUrl from './voice-frame-worklet.ts?worker&url';

/** A recording under way. */
export interface Recording {
  /** Resolves with the sound, to be sent as it is. */
  stop(): Promise<Blob>;
  discard(): void;
}

/** The open microphone: measured all the time, recorded when asked. */
export interface VoiceInput {
  /** Sound from `preRollMs` ago on, because a voice is recognised only after it began. */
  record(preRollMs: number): Recording;
  setMuted(muted: boolean): void;
  close(): void;
}

export interface VoiceInputListener {
  onFrame(frame: VoiceFrame): void;
  /** The microphone was unplugged or taken away. */
  onLost(): void;
}

/** The longest `preRollMs`. */
const longestPreRollMs = 1_000;
/** Plenty for speech in Opus: RFC 7587, 3.1.1, calls 16–20 kbit/s wide-band speech. */
const bitsPerSecond = 32_000;

/** Throws what `openMicrophone` throws. Call it from a click: browsers start no audio otherwise. */
export async function openVoiceInput(listener: VoiceInputListener, deviceId: string): Promise<VoiceInput> {
  const stream = await openMicrophone(deviceId);
  const context = new AudioContext();
  const tracks = stream.getTracks();
  const close = () => {
    for (const track of tracks) track.removeEventListener('ended', listener.onLost);
    closeMicrophone(stream);
    context.close().catch(() => undefined); // closed already: that is what was wanted
  };
  for (const track of tracks) track.addEventListener('ended', listener.onLost);
  try {
    await context.audioWorklet.addModule(workletUrl);
    await context.resume();
  } catch (error) {
    close();
    throw error;
  }
  const source = context.createMediaStreamSource(stream);
  const meter = new AudioWorkletNode(context, 'voice-frames', { numberOfOutputs: 0 });
  meter.port.onmessage = ({ data }: MessageEvent<VoiceFrame>) => listener.onFrame(data);
  source.connect(meter);
  // The line behind a delay holds the last second: a longer delay reaches back into it.
  const delay = new DelayNode(context, { maxDelayTime: longestPreRollMs / 1000, delayTime: 0 });
  const delayed = context.createMediaStreamDestination();
  source.connect(delay).connect(delayed);
  return {
    record(preRollMs) {
      delay.delayTime.value = preRollMs / 1000;
      return record(delayed.stream);
    },
    setMuted(muted) {
      for (const track of tracks) track.enabled = !muted;
    },
    close,
  };
}

function record(stream: MediaStream): Recording {
  const options = { mimeType: recordingType() ?? '', audioBitsPerSecond: bitsPerSecond };
  const recorder = new MediaRecorder(stream, options);
  const parts: Blob[] = [];
  const stopped = Promise.withResolvers<Blob>();
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = () => stopped.resolve(new Blob(parts, { type: recorder.mimeType }));
  recorder.start();
  const stop = () => {
    if (recorder.state !== 'inactive') recorder.stop();
    return stopped.promise;
  };
  return { stop, discard: () => void stop() };
}
