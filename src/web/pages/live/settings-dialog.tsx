import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ChoiceGroup } from '../../components/choice.tsx';
import { Dialog } from '../../components/dialog.tsx';
import type { Conversation } from '../../conversation/conversation.ts';
import type { ConversationState } from '../../conversation/state.ts';
import { useCommonStrings, useStrings } from '../../strings/strings.tsx';
import { liveStrings } from './strings.ts';
import { useModeOptions } from './use-mode-options.ts';

const pauses = ['700', '1100', '2000'] as const;

/** How to talk, and how long a pause ends a turn. Each choice counts at once. */
export function SettingsDialog({
  open,
  onClose,
  conversation,
  state,
}: {
  open: boolean;
  onClose: () => void;
  conversation: Conversation;
  state: ConversationState;
}) {
  const t = useStrings(liveStrings);
  const modes = useModeOptions();
  const common = useCommonStrings();
  const [pause, setPause] = useState<(typeof pauses)[number]>('1100');
  return (
    <Dialog open={open} onClose={onClose} title={t.settings}>
      <ChoiceGroup
        legend={t.joinTitle}
        options={modes}
        value={state.mode}
        onChange={(mode) => void conversation.setMode(mode)}
      />
      {state.mode === 'hands-free' && (
        <ChoiceGroup
          legend={t.pauseLegend}
          options={pauses.map((value) => ({ value, label: t.pauses[value] }))}
          value={pause}
          onChange={(value) => {
            setPause(value);
            conversation.setPause(Number(value));
          }}
        />
      )}
      <div className="actions">
        <Button onClick={onClose}>{common.close}</Button>
      </div>
    </Dialog>
  );
}
