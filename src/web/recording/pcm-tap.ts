import { pcmRate } from './pcm.ts';
import workletUrl from './pcm-worklet.ts?worker&url';

/** Gives what a microphone hears as PCM, a tenth of a second at a time. Throws where the browser cannot. */
export async function tapPcm(stream: MediaStream, onPcm: (pcm: ArrayBuffer) => void, gone: AbortSignal): Promise<void> {
  const context = listeningContext(stream);
  const close = () => void context.close();
  if (gone.aborted) return close();
  gone.addEventListener('abort', close, { once: true });
  await context.audioWorklet.addModule(workletUrl);
  if (gone.aborted) return;
  const node = new AudioWorkletNode(context, 'pcm', {
    numberOfOutputs: 0,
    channelCount: 1,
    channelCountMode: 'explicit',
  });
  node.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => onPcm(data);
  context.createMediaStreamSource(stream).connect(node);
  await context.resume();
}

/** Of the rate that is wanted, so that the browser resamples; of its own where it does not, as in Firefox. */
function listeningContext(stream: MediaStream): AudioContext {
  const context = new AudioContext({ sampleRate: pcmRate });
  try {
    context.createMediaStreamSource(stream).disconnect();
    return context;
  } catch {
    void context.close();
    return new AudioContext();
  }
}
