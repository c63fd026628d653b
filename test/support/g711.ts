/** μ-law as in ITU-T G.711, by its formula on 14-bit magnitudes: 8 kHz, one byte a sample. */
const bias = 33;
const loudest = 8158;

function encodeSample(sample: number): number {
  const magnitude = Math.min(loudest, Math.abs(sample >> 2)) + bias;
  const segment = Math.floor(Math.log2(magnitude)) - 5;
  const step = (magnitude >> (segment + 1)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

function decodeSample(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 1) + bias) << ((code >> 4) & 0x07)) - bias;
  return (code & 0x80 ? -magnitude : magnitude) << 2;
}

/** 24 kHz samples as μ-law at 8 kHz: each three become one. */
export function encodeMuLaw(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor(samples.length / 3));
  for (let index = 0; index < bytes.length; index++) {
    const sum = [0, 1, 2].reduce((total, offset) => total + (samples[index * 3 + offset] ?? 0), 0);
    bytes[index] = encodeSample(Math.round(sum / 3));
  }
  return bytes;
}

/** μ-law at 8 kHz as 24 kHz samples: each one stands for three. */
export function decodeMuLaw(bytes: Uint8Array): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: bytes.length * 3 }, (_, index) => decodeSample(bytes[Math.floor(index / 3)] ?? 0));
}
