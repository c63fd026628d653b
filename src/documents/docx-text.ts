import { buffer as collect } from 'node:stream/consumers';
import { inflateRawSync } from 'node:zlib';
import mammoth from 'mammoth';
import { ZipFile } from 'yazl';
import { readStyles, withoutHiddenRuns } from './docx-hidden.ts';
import { mostEntries, mostInflatedBytes } from './parser-limits.ts';
import type { VisibleText } from './pdf-text.ts';

/** Told by its name, so that the parser need not be loaded to know it. */
export class Laborious extends Error {
  override name = 'Laborious';
}

/** Inflates every entry once within a budget, since sizes in a ZIP's headers may lie (APPNOTE.TXT 4.3.7, 4.3.12). */
function unzip(zip: Buffer): Map<string, Buffer> {
  const entries = new Map<string, Buffer>();
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let entry = zip.readUInt32LE(end + 16);
  let budget = mostInflatedBytes;
  const count = zip.readUInt16LE(end + 10);
  if (count > mostEntries) throw new Laborious('has more entries than a document has');
  for (let left = count; left > 0; left--) {
    const start = zip.readUInt32LE(entry + 42);
    const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const packed = zip.subarray(data, data + zip.readUInt32LE(entry + 20));
    const nameLength = zip.readUInt16LE(entry + 28);
    const name = zip.toString('utf8', entry + 46, entry + 46 + nameLength);
    const content = zip.readUInt16LE(entry + 10) === 0 ? packed : inflate(packed, budget);
    budget -= content.length;
    if (budget < 0) throw new Laborious('inflates beyond the budget');
    entries.set(name, content);
    entry += 46 + nameLength + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32);
  }
  return entries;
}

function inflate(packed: Buffer, most: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    if (error instanceof RangeError) throw new Laborious('inflates beyond the budget', { cause: error });
    throw error;
  }
}

/** The text of a DOCX as a reader sees it: hidden words are left out and flagged, see `withoutHiddenRuns`. */
export async function readDocx(bytes: Uint8Array): Promise<VisibleText> {
  const entries = unzip(Buffer.from(bytes));
  const styles = readStyles(entries.get('word/styles.xml')?.toString('utf8') ?? '');
  let hiddenText = false;
  const zip = new ZipFile();
  for (const [name, content] of entries) {
    if (name.endsWith('/')) continue;
    const read = /\.xml$/i.test(name) ? withoutHiddenRuns(content.toString('utf8'), styles) : null;
    hiddenText ||= read?.hiddenText ?? false;
    zip.addBuffer(read?.hiddenText ? Buffer.from(read.xml) : content, name, { compress: false });
  }
  zip.end();
  // What came in is read where nothing was hidden: it needs no second form.
  const buffer = hiddenText ? await collect(zip.outputStream) : Buffer.from(bytes);
  return { text: (await mammoth.extractRawText({ buffer })).value, hiddenText };
}
