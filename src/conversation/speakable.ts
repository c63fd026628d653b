const drawn = String.raw`(?:[[\p{Extended_Pictographic}\p{RI}]--[©®™‼⁉ℹ]][\p{EMod}\ufe0f\u200d\u{e0020}-\u{e007f}]*)`;
const pictures = new RegExp(`${drawn}+`, 'gv');
/**
 * A piece of a reply as it should be read aloud: without markdown and emoji, on one line. Links keep their text, images
 * their description, code its words. '' when nothing of it can be said; such a piece needs no speech.
 */
export function speakable(text: string): string {
  const said = text
    .replace(/^[ \t]*(?:```|~~~)[\w+-]*[ \t]*$/gm, ' ')
    .replace(/!?\[([^[\]\n]*)\]\([^()\s]*(?:\s+"[^"\n]*")?\)/g, '$1')
    // Rulers, and the line under a table's head.
    .replace(/^[ \t]*(?:[*_][*_ \t]*|[|:-][|: \t-]*)$/gm, ' ')
    .replace(/^[ \t]*(?:>[ \t]?)+/gm, '')
    .replace(/^[ \t]*#{1,6}[ \t]+/gm, '')
    .replace(/^[ \t]*[-*+•–][ \t]+(?:\[[ xX]\][ \t]+)?/gm, '')
    .replace(/`+/g, '')
    .replace(/~~/g, '')
    // An asterisk between spaces or digits multiplies; an underscore inside a word belongs to its name.
    .replace(/(?<![\p{N}\s*])\*+|\*+(?![\p{N}\s*])|(?<![\p{N}*])\*+(?=\p{N})/gu, '')
    .replace(/(?<![\p{L}\p{N}_])_+(?=\S)|(?<=\S)_+(?![\p{L}\p{N}_])/gu, '')
    .replace(/[\ufe0f]?\u20e3/g, '')
    .replace(pictures, ' \ufffc ')
    .replace(/\ufe0f/g, '')
    .replace(/\s+/g, ' ')
    .replace(/(?: \ufffc)+ (?=[.,!?;:…])/g, '')
    .replace(/(?:\ufffc ?)+/g, '')
    .trim();
  return /[\p{L}\p{N}]/u.test(said) ? said : '';
}
