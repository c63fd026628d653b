import {
  apply,
  type Box,
  boxAround,
  concat,
  identity,
  intersection,
  keepsUpright,
  type Matrix,
} from './pdf-geometry.ts';
import { measure } from './pdf-glyphs.ts';
import {
  readBox,
  readFill,
  readGlyphs,
  readMatrix,
  readNumber,
  readPath,
  readStateChanges,
  type Shown,
} from './pdf-operators.ts';
import { type GraphicsState, initialState, isHidden, type Painted, type TextRun } from './pdf-state.ts';

export interface PageContent {
  operators: { fnArray: number[]; argsArray: unknown[] };
  /** pdf.js's numbers of the operators, by name. */
  ops: Record<string, number>;
  /** The visible part of the page, in its own coordinates. */
  view: Box;
  isDrawnFont(fontId: unknown): boolean;
  isLayerShown(layer: unknown): boolean;
}

/** Follows the operators of a page (ISO 32000-1, 8 and 9) and tells of each piece of text whether it can be seen. */
export function readRuns({ operators, ops, view, isDrawnFont, isLayerShown }: PageContent): TextRun[] {
  const runs: TextRun[] = [];
  const painted: Painted[] = [];
  const layers: boolean[] = [];
  const saved: GraphicsState[] = [];
  const groupAlphas: number[] = [];
  let state: GraphicsState = { ...initialState };
  let line: Matrix = identity;
  let text: Matrix = identity;
  let clipping = false;
  let pictures = false;

  const restore = () => {
    state = saved.pop() ?? state;
  };
  const moveLine = (x: number, y: number) => {
    line = concat([1, 0, 0, 1, x, y], line);
    text = line;
  };
  const paint = (box: Box, colour: Painted['colour']) => {
    const whole = state.clip ? intersection(box, state.clip.box) : box;
    painted.push({ box: whole, colour: state.clip?.odd ? null : colour });
  };
  const bound = (box: Box, upright: boolean) => {
    const inPage = boxAround(state.matrix, box);
    const odd = !upright || !keepsUpright(state.matrix) || (state.clip?.odd ?? false);
    state.clip = { box: state.clip ? intersection(inPage, state.clip.box) : inPage, odd };
  };
  const changeState = (value: unknown) => {
    for (const [key, to] of readStateChanges(value)) {
      if (key === 'ca') state.fillAlpha = readNumber(to);
      if (key === 'CA') state.strokeAlpha = readNumber(to);
      if (key === 'Font' && Array.isArray(to)) setFont(to[0], to[1]);
    }
  };
  const setFont = (id: unknown, size: unknown) => {
    state.fontSize = readNumber(size);
    state.drawnFont = isDrawnFont(id);
  };
  const show = (shown: Shown) => {
    const piece = measure(shown, state);
    if (piece.text === '') return;
    const toPage = concat(
      concat([state.fontSize * state.stretch, 0, 0, state.fontSize, 0, state.rise], text),
      state.matrix,
    );
    const start = apply(toPage, [0, 0]);
    text = concat([1, 0, 0, 1, piece.advance, 0], text);
    const end = apply(concat([1, 0, 0, 1, 0, state.rise], concat(text, state.matrix)), [0, 0]);
    const [a, b, c, d] = toPage;
    const place = { start, end, sizePt: Math.min(Math.hypot(a, b), Math.hypot(c, d)) };
    const alpha = groupAlphas.reduce((product, one) => product * one, 1);
    const seen = { ...state, fillAlpha: state.fillAlpha * alpha, strokeAlpha: state.strokeAlpha * alpha };
    const hidden = isHidden(seen, place, view, painted, !layers.includes(false));
    runs.push({ text: piece.text, ...place, hidden, behindPicture: state.mode === 3 && pictures });
  };

  const handlers: Record<string, (args: unknown[]) => void> = {
    save: () => void saved.push({ ...state }),
    restore,
    transform: (args) => {
      state.matrix = concat(readMatrix(args) ?? identity, state.matrix);
    },
    paintFormXObjectBegin: ([matrix, box]) => {
      saved.push({ ...state });
      state.matrix = concat(readMatrix(matrix) ?? identity, state.matrix);
      const bounds = readBox(box);
      if (bounds) bound(bounds, true);
    },
    paintFormXObjectEnd: restore,
    beginGroup: () => {
      saved.push({ ...state });
      groupAlphas.push(state.fillAlpha);
      Object.assign(state, { fillAlpha: 1, strokeAlpha: 1 });
    },
    endGroup: () => {
      groupAlphas.pop();
      restore();
    },
    clip: () => {
      clipping = true;
    },
    constructPath: (args) => {
      const path = readPath(args);
      const name = path && fills.find((fill) => ops[fill] === path.operator);
      if (path?.box) {
        const known = path.isRectangle && keepsUpright(state.matrix) && state.fillAlpha > 0.95;
        if (name && state.fillAlpha > 0.05) paint(boxAround(state.matrix, path.box), known ? state.fill : null);
        if (clipping) bound(path.box, path.isRectangle);
      }
      clipping = false;
    },
    setGState: ([changes]) => changeState(changes),
    setFillRGBColor: ([colour]) => {
      state.fill = readFill(colour);
    },
    setStrokeRGBColor: ([colour]) => {
      state.stroke = readFill(colour);
    },
    setFillColorN: () => {
      state.fill = null;
    },
    setStrokeColorN: () => {
      state.stroke = null;
    },
    beginText: () => {
      line = identity;
      text = identity;
    },
    setFont: ([id, size]) => setFont(id, size),
    setTextRenderingMode: ([mode]) => {
      state.mode = readNumber(mode);
    },
    setCharSpacing: ([spacing]) => {
      state.charSpacing = readNumber(spacing);
    },
    setWordSpacing: ([spacing]) => {
      state.wordSpacing = readNumber(spacing);
    },
    setHScale: ([percent]) => {
      state.stretch = readNumber(percent) / 100;
    },
    setLeading: ([leading]) => {
      state.leading = -readNumber(leading);
    },
    setTextRise: ([rise]) => {
      state.rise = readNumber(rise);
    },
    moveText: ([x, y]) => moveLine(readNumber(x), readNumber(y)),
    setLeadingMoveText: ([x, y]) => {
      state.leading = readNumber(y);
      moveLine(readNumber(x), readNumber(y));
    },
    setTextMatrix: ([matrix]) => {
      line = readMatrix(matrix) ?? identity;
      text = line;
    },
    nextLine: () => moveLine(0, state.leading),
    showText: ([shown]) => show(readGlyphs(shown)),
    beginMarkedContent: () => void layers.push(true),
    beginMarkedContentProps: ([tag, layer]) => void layers.push(tag !== 'OC' || isLayerShown(layer)),
    endMarkedContent: () => void layers.pop(),
    shadingFill: () => paint(state.clip?.box ?? view, null),
  };
  for (const picture of pictureOperators) {
    handlers[picture] = () => {
      pictures = true;
      paint(
        picture.endsWith('Repeat') || picture.endsWith('Group') ? view : boxAround(state.matrix, [0, 0, 1, 1]),
        null,
      );
    };
  }
  const byNumber = new Map(Object.entries(handlers).map(([name, handle]) => [ops[name], handle]));
  operators.fnArray.forEach((operator, at) => {
    const args = operators.argsArray[at];
    byNumber.get(operator)?.(Array.isArray(args) ? args : args instanceof Float32Array ? [...args] : []);
  });
  return runs;
}

const fills = ['fill', 'eoFill', 'fillStroke', 'eoFillStroke', 'closeFillStroke', 'closeEOFillStroke'];
const pictureOperators = [
  ...['paintImageXObject', 'paintInlineImageXObject', 'paintImageMaskXObject', 'paintSolidColorImageMask'],
  ...[
    'paintInlineImageXObjectGroup',
    'paintImageMaskXObjectGroup',
    'paintImageXObjectRepeat',
    'paintImageMaskXObjectRepeat',
  ],
];
