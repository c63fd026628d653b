import type { ByteWindow } from '../media-bytes.ts';
import { brokenHeader, cutOff, damaged, type Structure, whole } from './structure.ts';

const segmentId = 0x18538067;
const clusterId = 0x1f43b675;

interface Element {
  id: number;
  dataStart: number;
  /** Null: unknown, as live recorders write it. */
  size: number | null;
}

/** Reads an element's id and size (RFC 8794 §5–6). 'cut': the file ends within them. */
async function readElement(window: ByteWindow, position: number): Promise<Element | 'cut' | 'broken'> {
  const view = await window.at(position, Math.min(12, window.size - position));
  if (!view) return 'cut';
  const idLength = Math.clz32(view.getUint8(0)) - 23;
  if (idLength > 4) return 'broken';
  if (idLength >= view.byteLength) return 'cut';
  let id = 0;
  for (let offset = 0; offset < idLength; offset++) id = id * 256 + view.getUint8(offset);
  const lead = view.getUint8(idLength);
  const sizeLength = Math.clz32(lead) - 23;
  if (sizeLength > 8) return 'broken';
  if (idLength + sizeLength > view.byteLength) return 'cut';
  let size = lead & (0xff >> sizeLength);
  let allOnes = size === 0xff >> sizeLength;
  for (let offset = 1; offset < sizeLength; offset++) {
    const byte = view.getUint8(idLength + offset);
    allOnes &&= byte === 0xff;
    size = size * 256 + byte;
  }
  return { id, dataStart: position + idLength + sizeLength, size: allOnes ? null : size };
}

/**
 * Walks segment, clusters and blocks of unknown-sized clusters (what MediaRecorder writes), reading only their headers.
 * An element that reaches past the end means that the file was cut.
 */
export async function inspectWebm(window: ByteWindow): Promise<Structure> {
  for (let position = 0; position < window.size; ) {
    const element = await readElement(window, position);
    if (element === 'broken') return damaged(position < 64 ? brokenHeader : 'parts of it are unreadable');
    if (element === 'cut') return damaged(cutOff);
    const { id, dataStart, size } = element;
    if (size === null && id !== segmentId && id !== clusterId) return damaged(brokenHeader);
    if (size !== null && dataStart + size > window.size) return damaged(cutOff);
    position = id === segmentId || size === null ? dataStart : dataStart + size;
  }
  return whole;
}
