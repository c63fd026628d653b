/** IDs of RFC 9559: what is walked into, not over. */
const segmentId = 0x18538067;
const clusterId = 0x1f43b675;

interface Element {
  id: number;
  sizeStart: number;
  dataStart: number;
  /** Null: unknown, as live recorders write it. */
  size: number | null;
}

/** An element's id and size (RFC 8794, 5 and 6); null when the bytes end within them or are none. */
function readElement(bytes: Uint8Array, position: number): Element | null {
  const idLength = Math.clz32(bytes[position] ?? 0) - 23;
  const sizeStart = position + idLength;
  const lead = bytes[sizeStart] ?? 0;
  const sizeLength = Math.clz32(lead) - 23;
  const dataStart = sizeStart + sizeLength;
  if (idLength > 4 || sizeLength > 8 || dataStart > bytes.length) return null;
  let id = 0;
  for (const byte of bytes.subarray(position, sizeStart)) id = id * 256 + byte;
  let size = lead & (0xff >> sizeLength);
  let allOnes = size === 0xff >> sizeLength;
  for (const byte of bytes.subarray(sizeStart + 1, dataStart)) {
    allOnes &&= byte === 0xff;
    size = size * 256 + byte;
  }
  return { id, sizeStart, dataStart, size: allOnes ? null : size };
}

/**
 * A WebM recording that was broken off, up to its last whole piece of sound: the server refuses files that end in the
 * middle of something. A cluster that was to be longer becomes one of unknown length.
 */
export function wholeWebm(recorded: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = recorded.slice();
  let position = 0;
  for (;;) {
    const element = position < bytes.length ? readElement(bytes, position) : null;
    if (!element) return bytes.subarray(0, position);
    const { id, sizeStart, dataStart, size } = element;
    const fits = size !== null && dataStart + size <= bytes.length;
    const hasParts = id === segmentId || id === clusterId;
    if (!fits && !hasParts) return bytes.subarray(0, position);
    if (size !== null && !fits) {
      bytes[sizeStart] = 0xff >> (dataStart - sizeStart - 1);
      bytes.fill(0xff, sizeStart + 1, dataStart);
    }
    position = id === segmentId || !fits ? dataStart : dataStart + size;
  }
}

/** What a reload or a crash has left of a recording, as a file that is whole in itself. */
export async function mended(file: Blob): Promise<Blob> {
  if (!file.type.startsWith('audio/webm')) return file;
  return new Blob([wholeWebm(new Uint8Array(await file.arrayBuffer()))], { type: file.type });
}
