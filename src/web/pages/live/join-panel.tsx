import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Checkbox, ChoiceGroup } from '../../components/choice.tsx';
import { DemoNotice } from '../../components/demo-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import type { Conversation } from '../../conversation/conversation.ts';
import type { ConversationState } from '../../conversation/state.ts';
import { useSession, useSessionState } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from '../interview/strings.ts';
import { liveStrings } from './strings.ts';
import { useModeOptions } from './use-mode-options.ts';

/** Before the first word: how to talk, consent to being recorded, and the click without which browsers play nothing. */
export function JoinPanel({ conversation, state }: { conversation: Conversation; state: ConversationState }) {
  const t = useStrings(liveStrings);
  const modes = useModeOptions();
  const interview = useStrings(interviewStrings);
  const session = useSession();
  const { user } = useSessionState();
  const [mode, setMode] = useState(state.mode);
  const [agreed, setAgreed] = useState(false);
  const [missing, setMissing] = useState(false);
  const consent = useRef<HTMLDivElement>(null);
  const begun = state.transcript.exchanges.length > 0;
  const mustAgree = mode !== 'typing' && !user?.consentedAt;
  const begin = () => {
    setMissing(mustAgree && !agreed);
    if (mustAgree && !agreed) consent.current?.querySelector('input')?.focus();
    else join.mutate();
  };
  const join = useMutation({
    async mutationFn() {
      if (mustAgree) await session.consent();
      await conversation.join(mode);
    },
  });
  return (
    <section className="join" aria-label={t.joinTitle}>
      {!begun && <DemoNotice brief />}
      <ChoiceGroup legend={t.joinTitle} hint={t.joinHint} options={modes} value={mode} onChange={setMode} />
      {mode === 'hands-free' && <p className="join-hint">{t.headphones}</p>}
      {mustAgree && (
        <div ref={consent}>
          <Checkbox checked={agreed} onChange={setAgreed}>
            <span className="choice-label">{interview.agree}</span>
            <span className="choice-description">{interview.consentText}</span>
          </Checkbox>
          {missing && !agreed && (
            <p className="field-error" role="alert">
              {t.agreeFirst}
            </p>
          )}
        </div>
      )}
      {join.isError && <ErrorNotice error={join.error} />}
      <div className="actions">
        <Button kind="primary" busy={join.isPending || state.connection !== 'settled'} onClick={begin}>
          {begun ? t.goOn : t.begin}
        </Button>
        {!begun && <p className="join-hint">{t.beginHint}</p>}
      </div>
    </section>
  );
}
