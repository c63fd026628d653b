/** What the transcriber understands (https://platform.openai.com/docs/guides/speech-to-text), by BCP 47 codes. */
const codes =
  'af ar az be bg bs ca cs cy da de el en es et fa fi fr gl he hi hr hu hy id is it ja kk kn ko lt lv mi mk mr ms ne ' +
  'nl no pl pt ro ru sk sl sr sv sw ta th tl tr uk ur vi zh';

/** Every language by its name in the language of the page, sorted as that language sorts. */
export function spokenLanguages(pageLanguage: string): { code: string; name: string }[] {
  const names = new Intl.DisplayNames([pageLanguage], { type: 'language' });
  const { compare } = new Intl.Collator(pageLanguage);
  return codes
    .split(' ')
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((one, other) => compare(one.name, other.name));
}
