import { ascii, type ByteWindow } from '../media-bytes.ts';

/** Containers told apart by their first bytes; `mov` and `mkv` are recognised to be refused by name. */
export type Container = 'wav' | 'mp3' | 'mp4' | 'webm' | 'ogg' | 'flac' | 'mov' | 'mkv';

/** ID3v2 tags lie before the audio: 10 bytes of header, then a size of four 7-bit digits (id3.org, ID3v2.4 §3.1). */
export async function skipId3(window: ByteWindow): Promise<number> {
  let position = 0;
  for (let tags = 0; tags < 16; tags++) {
    const view = await window.at(position, 10);
    if (!view || ascii(view, 0, 3) !== 'ID3') break;
    const size = [6, 7, 8, 9].reduce((sum, offset) => sum * 128 + (view.getUint8(offset) & 0x7f), 0);
    position += 10 + size + (view.getUint8(5) & 0x10 ? 10 : 0);
  }
  return position;
}

/** MPEG audio frame sync, layer III, any version (ISO 11172-3 §2.4.1.3). */
const isMp3Sync = (view: DataView) => view.getUint8(0) === 0xff && (view.getUint8(1) & 0xe6) === 0xe2;

async function ebmlKind(window: ByteWindow): Promise<Container> {
  const head = await window.at(0, Math.min(64, window.size));
  return head && ascii(head, 0, head.byteLength).includes('matroska') ? 'mkv' : 'webm';
}

/** Judges by bytes, never by name. Null: this is no audio that is known here. */
export async function detectContainer(window: ByteWindow): Promise<Container | null> {
  const head = await window.at(0, Math.min(12, window.size));
  if (!head || head.byteLength < 4) return null;
  const first = ascii(head, 0, 4);
  if (['RIFF', 'RIFX', 'RF64'].includes(first)) {
    return head.byteLength < 12 || ascii(head, 8, 4) === 'WAVE' ? 'wav' : null;
  }
  if (head.byteLength >= 8 && ascii(head, 4, 4) === 'ftyp') {
    return head.byteLength === 12 && ascii(head, 8, 4) === 'qt  ' ? 'mov' : 'mp4';
  }
  if (head.getUint32(0) === 0x1a45dfa3) return ebmlKind(window);
  if (first === 'OggS') return 'ogg';
  if (first === 'fLaC') return 'flac';
  if (first.startsWith('ID3')) {
    const audio = await window.at(await skipId3(window), 4);
    return audio && ascii(audio, 0, 4) === 'fLaC' ? 'flac' : 'mp3';
  }
  return isMp3Sync(head) ? 'mp3' : null;
}
