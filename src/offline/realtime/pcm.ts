/** Turns base64 of 16-bit little-endian audio into samples; half a sample waits for its other half. */
export function createPcmReader(): (base64: string) => Int16Array {
  let half: Buffer = Buffer.alloc(0);
  return (base64) => {
    const decoded = Buffer.from(base64, 'base64');
    const bytes = half.length ? Buffer.concat([half, decoded]) : decoded;
    half = bytes.subarray(bytes.length & ~1);
    // Copied, because the decoder's buffers need not begin at an even address.
    return new Int16Array(new Uint8Array(bytes.subarray(0, bytes.length & ~1)).buffer);
  };
}
