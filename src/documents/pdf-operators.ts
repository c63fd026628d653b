import { z } from 'zod';
import { readColour } from './contrast.ts';
import type { Box, Matrix } from './pdf-geometry.ts';

/** Reads what pdf.js gives for the arguments of an operator; what does not fit reads as null. */

const numbers = z.union([z.array(z.number()), z.instanceof(Float32Array)]).transform((list) => Array.from(list));
const matrixSchema = numbers.pipe(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]));
const boxSchema = numbers.pipe(z.tuple([z.number(), z.number(), z.number(), z.number()]));
const glyph = z.object({ unicode: z.string(), width: z.number().catch(0), isSpace: z.boolean().catch(false) });
const shown = z.array(z.union([z.number(), glyph, z.null()]));
const state = z.array(z.tuple([z.string()]).rest(z.unknown()));
const path = z.tuple([z.number(), z.tuple([numbers.nullable()]).rest(z.unknown()), boxSchema.nullable()]);

export type Shown = z.output<typeof shown>;
export interface DrawnPath {
  operator: number;
  box: Box | null;
  /** Four or five corners, all on the edges of their box. */
  isRectangle: boolean;
}

export const readMatrix = (value: unknown): Matrix | null => matrixSchema.safeParse(value).data ?? null;
export const readBox = (value: unknown): Box | null => boxSchema.safeParse(value).data ?? null;
export const readNumber = (value: unknown): number => z.number().catch(0).parse(value);
export const readGlyphs = (value: unknown): Shown => shown.catch([]).parse(value);
export const readStateChanges = (value: unknown) => state.catch([]).parse(value);
export const readFill = (value: unknown) => readColour(z.string().optional().catch(undefined).parse(value));

export function readPath(args: unknown): DrawnPath | null {
  const parsed = path.safeParse(args);
  if (!parsed.success) return null;
  const [operator, [points], box] = parsed.data;
  return { operator, box, isRectangle: points !== null && box !== null && isRectangle(points, box) };
}

/** pdf.js writes 0 for a move, 1 for a line and 4 for closing, each followed by its point; curves have other numbers. */
function isRectangle(data: number[], [left, bottom, right, top]: Box): boolean {
  let corners = 0;
  for (let at = 0; at < data.length; ) {
    const kind = data[at++];
    if (kind === 4) continue;
    if (kind !== 0 && kind !== 1) return false;
    const [x = Number.NaN, y = Number.NaN] = [data[at++], data[at++]];
    if ((x !== left && x !== right) || (y !== bottom && y !== top)) return false;
    corners++;
  }
  return corners === 4 || corners === 5;
}
