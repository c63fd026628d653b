import { isKnown, refusalStrings, saysMore } from '../strings/refusals.ts';
import { useLanguage, useStrings } from '../strings/strings.tsx';

/** Words that the server has written: they are English, whatever the language of the page (WCAG 3.1.2). */
export function ServerWords({ children }: { children: string }) {
  const { language } = useLanguage();
  return <span lang={language === 'en' ? undefined : 'en'}>{children}</span>;
}

/** A refusal in the language of the page. The server's own words stand for a code that is unknown here, with the code. */
export function RefusalWords({ code, message }: { code: string; message: string }) {
  const t = useStrings(refusalStrings);
  if (!isKnown(code)) return <ServerWords>{`${message} (${code})`}</ServerWords>;
  const words = t[code];
  if (!words) return <ServerWords>{message}</ServerWords>;
  if (!saysMore.has(code)) return words;
  return (
    <>
      {words} <ServerWords>{message}</ServerWords>
    </>
  );
}
