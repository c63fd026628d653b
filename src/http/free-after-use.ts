/**
 * Passes pieces of a body on and gives the memory of each back as soon as the next one is asked for: the reader must not
 * keep them. Left to the collector, every 20 MB received made it look through everything the server holds, which took
 * twice the time of receiving them.
 */
export async function* freeAfterUse(source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    yield piece;
    const { buffer } = piece;
    // One that shares its memory with other pieces, such as the last of a form, is left alone.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === piece.byteLength) buffer.transfer(0);
  }
}
