import { type Colour, cannotBeRead, readColour, white } from './contrast.ts';

/** ECMA-376, part 1, 17: transitional, and strict. */
const wordNamespaces =
  /\bxmlns(?::([\w.-]+))?\s*=\s*["'](?:http:\/\/schemas\.openxmlformats\.org\/wordprocessingml\/2006\/main|http:\/\/purl\.oclc\.org\/ooxml\/wordprocessingml\/main)["']/g;
const tag =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g;

/** Half-points. */
const smallestSize = 4;

/** Looks of a run, or of a style; undefined is as around it. */
interface Looks {
  vanish?: boolean;
  colour?: Colour | null;
  background?: Colour | null;
  size?: number;
}

export type Styles = ReadonlyMap<string, Looks & { basedOn?: string }>;

interface Open {
  name: string;
  start: number;
  looks: Looks;
  styles: string[];
}

/** Reads the tags of a part in order, with the names of Word's own elements without their prefix. */
function* wordTags(xml: string) {
  const prefixes = new Set([...xml.matchAll(wordNamespaces)].map(([, prefix]) => (prefix ? `${prefix}:` : '')));
  for (const { 0: whole, 1: slash, 2: name = '', 3: attributes = '', 4: empty, index } of xml.matchAll(tag)) {
    if (name === '') continue;
    const prefix = name.includes(':') ? `${name.split(':')[0]}:` : '';
    if (!prefixes.has(prefix)) continue;
    const at = { start: index, end: index + whole.length };
    const value = (attribute: string) =>
      new RegExp(`(?:^|[\\s:])${attribute}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1];
    yield { name: name.slice(prefix.length), closes: slash === '/', empty: empty === '/', value, ...at };
  }
}

type Tag = ReturnType<typeof wordTags> extends Generator<infer T> ? T : never;

const isOn = (value: string | undefined) => value === undefined || !/^(0|false|off|none)$/i.test(value);

/** Properties of 17.3.2 that can hide what they apply to. */
function apply({ name, value }: Tag, looks: Looks): void {
  if (name === 'vanish') looks.vanish = isOn(value('val'));
  if (name === 'color') looks.colour = readColour(value('val'));
  if (name === 'sz') looks.size = Number(value('val'));
  // A theme's or a highlighter's colour is not told here.
  if (name === 'shd') looks.background = /^(auto)?$/.test(value('fill') ?? '') ? white : readColour(value('fill'));
  if (name === 'highlight' && isOn(value('val'))) looks.background = null;
}

/** Styles by their id (17.7.4), each with what it adds to the one it is based on. */
export function readStyles(xml: string): Styles {
  const styles = new Map<string, Looks & { basedOn?: string }>();
  let open: (Looks & { basedOn?: string }) | undefined;
  for (const found of wordTags(xml)) {
    if (found.name === 'style') {
      open = found.closes ? undefined : {};
      const id = found.value('styleId');
      if (open && id !== undefined) styles.set(id, open);
    } else if (open && !found.closes) {
      if (found.name === 'basedOn') open.basedOn = found.value('val') ?? '';
      apply(found, open);
    }
  }
  return styles;
}

function styleLooks(styles: Styles, id: string): Looks {
  const seen = new Set<string>();
  const looks: Looks = {};
  for (let at: string | undefined = id; at !== undefined && !seen.has(at); at = styles.get(at)?.basedOn) {
    seen.add(at);
    const { basedOn: _, ...own } = styles.get(at) ?? {};
    Object.assign(looks, { ...own, ...looks });
  }
  return looks;
}

function isHidden(open: Open[], styles: Styles): boolean {
  const looks: Looks = {};
  for (const { looks: own, styles: ids } of open) {
    for (const id of ids) Object.assign(looks, styleLooks(styles, id));
    Object.assign(looks, own);
  }
  const { vanish = false, colour = null, background = white, size = smallestSize } = looks;
  const unseen = colour !== null && background !== null && cannotBeRead(colour, background);
  return vanish || size < smallestSize || unseen;
}

const containers = new Set(['document', 'tbl', 'tc', 'p', 'r']);
const itsText = /<(?:[\w.-]+:)?t(?:\s[^>]*)?>([^<]*[\p{L}\p{N}][^<]*)</u;

/**
 * Cuts the runs out of a part that a reader of the document does not see: hidden (17.3.2.41), smaller than 2 points, or in
 * the colour of what is behind them, by themselves or by their style. Whether there was a word in them is told as well.
 */
export function withoutHiddenRuns(xml: string, styles: Styles): { xml: string; hiddenText: boolean } {
  const open: Open[] = [];
  const cuts: [start: number, end: number][] = [];
  let page: Colour | null = null;
  for (const found of wordTags(xml)) {
    const { name, closes, empty, value, start, end } = found;
    if (name === 'background' && !closes) page = readColour(value('color'));
    if (containers.has(name) && !empty) {
      if (!closes)
        open.push({ name, start, looks: name === 'document' && page ? { background: page } : {}, styles: [] });
      else {
        const last = open.findLastIndex((one) => one.name === name);
        if (name === 'r' && last >= 0 && isHidden(open.slice(0, last + 1), styles))
          cuts.push([open[last]?.start ?? end, end]);
        if (last >= 0) open.length = last;
      }
      continue;
    }
    const around = open.at(-1);
    if (!around || closes) continue;
    if (['rStyle', 'pStyle', 'tblStyle'].includes(name)) around.styles.push(value('val') ?? '');
    // The mark at a paragraph's end has looks of its own, which are not those of its words.
    else if (around.name !== 'p' || name === 'shd') apply(found, around.looks);
  }
  const outermost = cuts
    .toSorted(([one], [other]) => one - other)
    .reduce<[number, number][]>((kept, cut) => {
      if (cut[0] >= (kept.at(-1)?.[1] ?? 0)) kept.push(cut);
      return kept;
    }, []);
  let left = '';
  let at = 0;
  let hiddenText = false;
  for (const [start, end] of outermost) {
    hiddenText ||= itsText.test(xml.slice(start, end));
    left += xml.slice(at, start);
    at = end;
  }
  return { xml: left + xml.slice(at), hiddenText };
}
