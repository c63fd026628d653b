/** Red, green and blue, 0–255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

export const white: Colour = [255, 255, 255];

/** Below this nobody reads it: white on #E8E8E8 has 1.22, and the palest grey that designers print with about 1.4. */
const readableRatio = 1.2;

/** `#rrggbb` or `rrggbb`; null for anything else, such as `auto`. */
export function readColour(text: string | undefined): Colour | null {
  const hex = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? '');
  return hex ? [parseInt(hex[1] ?? '', 16), parseInt(hex[2] ?? '', 16), parseInt(hex[3] ?? '', 16)] : null;
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Whether text in one colour on the other cannot be told from it (WCAG 2.2, contrast ratio). */
export function cannotBeRead(text: Colour, background: Colour): boolean {
  const [one, other] = [luminance(text), luminance(background)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) < readableRatio;
}
