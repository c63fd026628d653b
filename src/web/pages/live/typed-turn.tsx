import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { liveStrings } from './strings.ts';

/** Says something in writing. Enter sends it; with Shift it begins a line. */
export function TypedTurn({ onSay, disabled }: { onSay: (text: string) => Promise<boolean>; disabled: boolean }) {
  const t = useStrings(liveStrings);
  const [text, setText] = useState('');
  const send = () => {
    const words = text.trim();
    if (!words || disabled) return;
    setText('');
    void onSay(words);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="dock-typed" onSubmit={submit}>
      <textarea
        aria-label={t.type}
        placeholder={t.typePlaceholder}
        rows={1}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button type="submit" disabled={disabled}>
        {t.send}
      </Button>
    </form>
  );
}
