import type { Shown } from './pdf-operators.ts';
import type { GraphicsState } from './pdf-state.ts';

/** A gap of this share of the font's size, set by kerning, stands for a space. */
const spaceGap = 0.2;

/** The words, and how far they lead in text space (ISO 32000-1, 9.4.4). */
export function measure(shown: Shown, { fontSize, charSpacing, wordSpacing, stretch }: GraphicsState) {
  let text = '';
  let advance = 0;
  for (const item of shown) {
    if (item === null) continue;
    if (typeof item === 'number') {
      advance -= (item / 1_000) * fontSize;
      if (item < -1_000 * spaceGap && text !== '' && !text.endsWith(' ')) text += ' ';
      continue;
    }
    text += item.unicode;
    advance += (item.width / 1_000) * fontSize + charSpacing + (item.isSpace ? wordSpacing : 0);
  }
  return { text, advance: advance * stretch };
}
