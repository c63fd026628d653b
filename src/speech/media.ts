import { registerMediabunnyServer } from '@mediabunny/server';
import {
  CustomSource,
  type EncodedPacket,
  EncodedPacketSink,
  FLAC,
  Input,
  type InputAudioTrack,
  type InputFormat,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from 'mediabunny';
import { type Container, detectContainer } from './containers/signature.ts';
import { cutOff } from './containers/structure.ts';
import { withWavSizes } from './containers/wav.ts';
import { type ByteWindow, createWindow, type MediaBytes, openFile } from './media-bytes.ts';
import { damagedRecording } from './recording-refusals.ts';

const demuxers: Record<Container, InputFormat> = {
  wav: WAVE,
  mp3: MP3,
  mp4: MP4,
  webm: WEBM,
  ogg: OGG,
  flac: FLAC,
  mov: QTFF,
  mkv: MATROSKA,
};

let registered = false;

/** Gives mediabunny its decoders and encoders, once per process. */
export function registerCodecs(): void {
  if (registered) return;
  registerMediabunnyServer();
  registered = true;
}

/** A recording whose container is known. Disposing it closes the file. */
export interface OpenMedia extends AsyncDisposable {
  readonly bytes: MediaBytes;
  readonly window: ByteWindow;
  /** Null: the bytes are no audio that is known here. Then `input` reads nothing. */
  readonly container: Container | null;
  readonly input: Input;
}

function createInput(bytes: MediaBytes, container: Container | null): Input {
  const source = new CustomSource({
    getSize: () => bytes.size,
    read: (start, end) => bytes.read(start, end),
    prefetchProfile: 'fileSystem',
    // A failed read-ahead is not the reader's concern: the read that needs those bytes fails again, and is awaited.
    handleUnhandledError: () => {},
  });
  return new Input({ source, formats: container ? [demuxers[container]] : [] });
}

/** Opens a recording for demuxing and decoding. Throws `unavailable` when it cannot be read. */
export async function openMedia(path: string): Promise<OpenMedia> {
  registerCodecs();
  const file = await openFile(path);
  try {
    const window = createWindow(file);
    const container = await detectContainer(window);
    const bytes = container === 'wav' ? await withWavSizes(file, window) : file;
    const input = createInput(bytes, container);
    return {
      bytes,
      window,
      container,
      input,
      async [Symbol.asyncDispose]() {
        input.dispose();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The track that is heard, or null when there is no sound that can be decoded. */
export async function audibleTrack(input: Input): Promise<InputAudioTrack | null> {
  const track = await input.getPrimaryAudioTrack();
  return track && (await track.canDecode()) ? track : null;
}

/** Milliseconds from the first packet to the end of the last one, without decoding; and that last packet of each track. */
export async function measurePackets(input: Input): Promise<{ durationMs: number; lastPackets: EncodedPacket[] }> {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  const lastPackets: EncodedPacket[] = [];
  for (const track of await input.getTracks()) {
    const sink = new EncodedPacketSink(track);
    const first = await sink.getFirstPacket();
    if (!first) continue;
    // With its bytes: an MP4 index may point past the end of the file.
    const last = await sink.getPacket(Number.POSITIVE_INFINITY);
    if (!last) throw damagedRecording(cutOff);
    lastPackets.push(last);
    start = Math.min(start, first.timestamp);
    end = Math.max(end, last.timestamp + last.duration);
  }
  return { durationMs: Math.max(0, end - Math.max(0, start)) * 1000, lastPackets };
}
