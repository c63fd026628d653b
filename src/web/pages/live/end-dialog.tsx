import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import type { Conversation } from '../../conversation/conversation.ts';
import { navigate } from '../../router/location.ts';
import { useCommonStrings, useStrings } from '../../strings/strings.tsx';
import { liveStrings } from './strings.ts';

/** Ending is something that is said, so that the interviewer takes leave; English is understood in every interview. */
function endWords(language: string): string {
  const known = { de: liveStrings.de.endWords, es: 'Terminemos la entrevista aquí.' };
  const primary = language.slice(0, 2).toLowerCase();
  return primary === 'de' || primary === 'es' ? known[primary] : liveStrings.en.endWords;
}

export function EndDialog({
  open,
  onClose,
  conversation,
  language,
}: {
  open: boolean;
  onClose: () => void;
  conversation: Conversation;
  language: string;
}) {
  const t = useStrings(liveStrings);
  const common = useCommonStrings();
  const end = () => {
    onClose();
    conversation.setPaused(false);
    void conversation.say(endWords(language));
  };
  return (
    <Dialog open={open} onClose={onClose} title={t.endTitle}>
      <p>{t.endText}</p>
      <div className="actions">
        <Button kind="danger" onClick={end}>
          {t.endNow}
        </Button>
        <Button onClick={() => navigate('/history')}>{t.leave}</Button>
        <Button kind="quiet" onClick={onClose}>
          {common.cancel}
        </Button>
      </div>
    </Dialog>
  );
}
