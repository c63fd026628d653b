import { useState } from 'react';
import type { SessionView } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import type { Conversation } from '../../conversation/conversation.ts';
import { type ConversationState, statusOf } from '../../conversation/state.ts';
import { useTalkKey } from '../../conversation/use-talk-key.ts';
import { useStrings } from '../../strings/strings.tsx';
import { EndDialog } from './end-dialog.tsx';
import { SettingsDialog } from './settings-dialog.tsx';
import { liveStrings } from './strings.ts';
import { TalkButton } from './talk-button.tsx';
import { Troubles } from './troubles.tsx';
import { TypedTurn } from './typed-turn.tsx';
import { VoiceLine } from './voice-line.tsx';

interface DockProps {
  conversation: Conversation;
  state: ConversationState;
  session: SessionView;
}

/** Stays at the foot of the window: who is talking, and everything there is to do about it. */
export function Dock({ conversation, state, session }: DockProps) {
  const t = useStrings(liveStrings);
  const [asking, setAsking] = useState<'end' | 'settings' | null>(null);
  const { paused, muted, mode } = state;
  const microphone = mode !== 'typing' && state.microphone === 'open';
  useTalkKey(conversation, mode === 'push-to-talk' && asking === null);
  const over = state.transcript.over;
  return (
    <section className="dock" aria-label={t.title}>
      <Troubles conversation={conversation} state={state} />
      <StatusLine state={state} />
      <VoiceLine conversation={conversation} status={statusOf(state)} />
      {!over && (
        <>
          <div className="dock-controls">
            {microphone && mode === 'push-to-talk' && (
              <TalkButton conversation={conversation} hearing={state.hearing} disabled={paused || muted} />
            )}
            {microphone && (
              <Button aria-pressed={muted} onClick={() => conversation.setMuted(!muted)}>
                {muted ? t.unmute : t.mute}
              </Button>
            )}
            <Button aria-pressed={paused} onClick={() => conversation.setPaused(!paused)}>
              {paused ? t.resume : t.pause}
            </Button>
            <Button onClick={() => setAsking('settings')}>{t.settings}</Button>
            <Button onClick={() => setAsking('end')}>{t.end}</Button>
          </div>
          <TypedTurn onSay={conversation.say} disabled={paused} />
        </>
      )}
      <SettingsDialog
        open={asking === 'settings'}
        onClose={() => setAsking(null)}
        conversation={conversation}
        state={state}
      />
      <EndDialog
        open={asking === 'end'}
        onClose={() => setAsking(null)}
        conversation={conversation}
        language={session.language}
      />
    </section>
  );
}

function StatusLine({ state }: { state: ConversationState }) {
  const t = useStrings(liveStrings);
  const status = statusOf(state);
  const held = state.mode === 'push-to-talk';
  const hints: Record<typeof status, string> = {
    ...t.statusText,
    hearing: held ? t.statusText.hearingHeld : t.statusText.hearing,
    listening: held ? t.statusText.listeningHeld : t.statusText.listening,
    speaking:
      state.microphone !== 'open'
        ? t.statusText.speakingTyped
        : held
          ? t.statusText.speakingHeld
          : t.statusText.speaking,
  };
  return (
    <p className="dock-status" role="status">
      <span className="dock-state">{t.status[status]}</span> <span className="dock-hint">{hints[status]}</span>
    </p>
  );
}
