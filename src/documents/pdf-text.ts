import { getDocumentProxy, getResolvedPDFJS } from 'unpdf';
import { z } from 'zod';
import { readBox } from './pdf-operators.ts';
import { readRuns } from './pdf-page.ts';
import type { TextRun } from './pdf-state.ts';

/** Larger pictures are left out: decoding them takes more memory than reading a CV is worth. */
const mostPixels = 8_000_000;

export interface VisibleText {
  text: string;
  /** Words were found that a reader of the document does not see. */
  hiddenText: boolean;
}

/**
 * The text of a PDF as a reader sees it. Invisible (mode 3 or 7, transparent, on a hidden layer), in the colour of what is
 * below it, smaller than 2 points, or outside the page: such words are left out and flagged. Only in a scan, of which
 * nothing else can be read, the recognised words behind the picture are taken, and flagged too.
 */
export async function readPdf(bytes: Uint8Array): Promise<VisibleText> {
  // A copy, of no special kind: pdf.js keeps it for itself.
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { maxImageSize: mostPixels });
  const { OPS: ops } = await getResolvedPDFJS();
  const layers = await pdf.getOptionalContentConfig();
  const pages: { runs: TextRun[]; plain: string }[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const operators = await page.getOperatorList({ annotationMode: 0 });
    const runs = readRuns({
      operators,
      ops,
      view: readBox(page.view) ?? [0, 0, 612, 792],
      isDrawnFont: (id) => typeof id === 'string' && page.commonObjs.has(id) && isDrawn(page.commonObjs.get(id)),
      isLayerShown: (layer) => layer === null || layers.isVisible(layer) !== false,
    });
    pages.push({ runs, plain: plainText(items) });
    page.cleanup();
  }
  const runs = pages.flatMap((page) => page.runs);
  const hiddenText = runs.some(says);
  const nothingVisible = !runs.some((run) => !run.hidden && /\p{L}/u.test(run.text));
  const shown = (run: TextRun) => !run.hidden || (nothingVisible && run.behindPicture);
  const texts = pages.map((page) => (page.runs.some(says) ? joined(page.runs.filter(shown)) : page.plain));
  return { text: texts.join('\n\n'), hiddenText };
}

const says = ({ hidden, text }: TextRun) => hidden && /[\p{L}\p{N}]/u.test(text);
const isDrawn = (font: unknown) => Reflect.get(Object(font), 'isType3Font') === true;
const textItem = z.object({ str: z.string(), hasEOL: z.boolean() });

/** As pdf.js puts it together, which knows more of fonts and scripts than `joined`. */
function plainText(items: unknown[]): string {
  return items
    .flatMap((item) => textItem.safeParse(item).data ?? [])
    .map(({ str, hasEOL }) => `${str}${hasEOL ? '\n' : ''}`)
    .join('');
}

/** Pieces on one line are words apart when there is a gap between them. */
function joined(runs: TextRun[]): string {
  let text = '';
  let last: TextRun | undefined;
  for (const run of runs) {
    if (last) {
      const [dx, dy] = [run.start[0] - last.end[0], run.start[1] - last.end[1]];
      if (Math.abs(dy) > run.sizePt / 2) text += '\n';
      else if (Math.abs(dx) > run.sizePt * 0.15) text += ' ';
    }
    text += run.text;
    last = run;
  }
  return text;
}
