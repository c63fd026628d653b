import { type Colour, cannotBeRead, white } from './contrast.ts';
import { type Box, contains, identity, type Matrix, overlaps, type Point } from './pdf-geometry.ts';

/** What counts of the graphics state (ISO 32000-1, 8.4 and 9.3). A colour of null is a pattern. */
export interface GraphicsState {
  matrix: Matrix;
  /** Null: nothing but the page bounds it; `odd`: by a shape that is no upright rectangle. */
  clip: { box: Box; odd: boolean } | null;
  fill: Colour | null;
  stroke: Colour | null;
  fillAlpha: number;
  strokeAlpha: number;
  fontSize: number;
  /** A font whose glyphs are drawings has sizes and colours of its own. */
  drawnFont: boolean;
  mode: number;
  charSpacing: number;
  wordSpacing: number;
  stretch: number;
  leading: number;
  rise: number;
}

export const initialState: GraphicsState = {
  matrix: identity,
  clip: null,
  fill: [0, 0, 0],
  stroke: [0, 0, 0],
  fillAlpha: 1,
  strokeAlpha: 1,
  fontSize: 0,
  drawnFont: false,
  mode: 0,
  charSpacing: 0,
  wordSpacing: 0,
  stretch: 1,
  leading: 0,
  rise: 0,
};

/** Something painted: whose colour nobody can tell where it is null, such as a picture. */
export interface Painted {
  box: Box;
  colour: Colour | null;
}

/** Where a piece of text stands on the page, and how large it comes out. */
export interface Place {
  start: Point;
  end: Point;
  /** In points: the smaller of height and width. */
  sizePt: number;
}

/** A piece of text as a page shows it, or does not. */
export interface TextRun extends Place {
  text: string;
  hidden: boolean;
  /** Invisible by its mode, as the recognised words behind a scanned picture are. */
  behindPicture: boolean;
}

const smallestPt = 2;
const faintestAlpha = 0.05;

/** Whether a reader of the page would not see it: ISO 32000-1, table 106, for the modes. */
export function isHidden(
  state: GraphicsState,
  { start, end, sizePt }: Place,
  page: Box,
  painted: Painted[],
  layerShown: boolean,
): boolean {
  if (!layerShown || state.mode === 3 || state.mode === 7) return true;
  const box: Box = [
    Math.min(start[0], end[0]),
    Math.min(start[1], end[1]),
    Math.max(start[0], end[0]),
    Math.max(start[1], end[1]),
  ];
  if (!overlaps(box, page)) return true;
  if (state.drawnFont) return false;
  if (sizePt < smallestPt) return true;
  const [filled, stroked] = [state.mode % 4 !== 1, state.mode % 4 === 1 || state.mode % 4 === 2];
  const middle: Point = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + sizePt / 4];
  const below = painted.findLast(({ box: one }) => contains(one, middle));
  const background = below ? below.colour : white;
  const unseen = (colour: Colour | null, alpha: number) =>
    alpha < faintestAlpha || (colour !== null && background !== null && cannotBeRead(colour, background));
  return (!filled || unseen(state.fill, state.fillAlpha)) && (!stroked || unseen(state.stroke, state.strokeAlpha));
}
