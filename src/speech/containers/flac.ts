/** CRC-16 with polynomial 0x8005 over the frame and its own CRC gives 0 when no bit is missing (RFC 9639 §9.3). */
export function isWholeFlacFrame(frame: Uint8Array): boolean {
  let crc = 0;
  for (const byte of frame) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0)) & 0xffff;
  }
  return crc === 0;
}
