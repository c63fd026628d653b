/** What the server listens to: 16-bit little-endian, mono, 24 kHz. */
export const pcmRate = 24_000;
/** A tenth of a second. */
const pieceSamples = pcmRate / 10;

/**
 * Cuts sound of any sample rate into pieces of PCM. Each sample is the mean of what it stands for: plain, but enough for
 * words; at the same rate nothing is changed.
 */
export function createPcmCutter(fromRate: number, onPiece: (pcm: ArrayBuffer) => void): (sound: Float32Array) => void {
  const ratio = fromRate / pcmRate;
  let piece = new Int16Array(pieceSamples);
  let filled = 0;
  let sum = 0;
  let missing = ratio;

  const add = (sample: number) => {
    piece[filled++] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
    if (filled < pieceSamples) return;
    onPiece(piece.buffer);
    piece = new Int16Array(pieceSamples);
    filled = 0;
  };
  return (sound) => {
    for (const sample of sound) {
      for (let left = 1; left > 1e-9; ) {
        const taken = Math.min(left, missing);
        sum += sample * taken;
        left -= taken;
        missing -= taken;
        if (missing > 1e-9) continue;
        add(sum / ratio);
        sum = 0;
        missing = ratio;
      }
    }
  };
}
