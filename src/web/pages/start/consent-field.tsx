import { Checkbox } from '../../components/choice.tsx';
import { useSessionState } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { startStrings } from './strings.ts';

/** Asked once; whoever has agreed is told when. */
export function ConsentField({ agreed, onChange }: { agreed: boolean; onChange: (agreed: boolean) => void }) {
  const t = useStrings(startStrings);
  const { locale } = useLanguage();
  const { user } = useSessionState();
  if (user?.consentedAt) {
    const date = new Date(user.consentedAt).toLocaleDateString(locale, { dateStyle: 'long' });
    return <p>✓ {t.consented(date)}</p>;
  }
  return (
    <Checkbox checked={agreed} onChange={onChange}>
      <span className="choice-label">{t.consent}</span>
      <span className="choice-description">{t.consentHint}</span>
    </Checkbox>
  );
}
