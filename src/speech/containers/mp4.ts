import { ascii, type ByteWindow } from '../media-bytes.ts';
import { brokenHeader, cutOff, damaged, type Structure, whole } from './structure.ts';

/** Walks the top-level boxes (ISO 14496-12 §4.2): one that reaches past the end, or no `moov`, means it was cut. */
export async function inspectMp4(window: ByteWindow): Promise<Structure> {
  let hasIndex = false;
  for (let position = 0; position + 8 <= window.size; ) {
    const box = await window.at(position, 8);
    if (!box) break;
    let size = box.getUint32(0);
    if (size === 1) {
      const large = await window.at(position + 8, 8);
      if (!large) return damaged(cutOff);
      size = Number(large.getBigUint64(0));
    } else if (size === 0) {
      size = window.size - position;
    }
    if (size < 8) return damaged(brokenHeader);
    if (position + size > window.size) return damaged(cutOff);
    hasIndex ||= ascii(box, 4, 4) === 'moov';
    position += size;
  }
  return hasIndex ? whole : damaged('its index (moov) is missing');
}
