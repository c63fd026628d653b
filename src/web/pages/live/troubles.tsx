import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Notice } from '../../components/notice.tsx';
import { RefusalWords } from '../../components/server-words.tsx';
import type { Conversation } from '../../conversation/conversation.ts';
import { type ConversationState, lastExchange, type Unsent } from '../../conversation/state.ts';
import { useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from '../interview/strings.ts';
import type { LiveStrings } from './strings.en.ts';
import { liveStrings } from './strings.ts';

interface TroublesProps {
  conversation: Conversation;
  state: ConversationState;
}

/** What stands in the way, the first thing first, and what to do about it. */
export function Troubles({ conversation, state }: TroublesProps) {
  const t = useStrings(liveStrings);
  if (state.connection === 'lost') {
    return (
      <Notice kind="warn" title={t.lost}>
        <p>{t.lostText}</p>
      </Notice>
    );
  }
  if (state.blocked) {
    return (
      <Notice
        kind="warn"
        title={t.blocked}
        actions={<Button onClick={() => conversation.unblock()}>{t.unblock}</Button>}
      />
    );
  }
  if (state.error !== null) return <CallFailed conversation={conversation} state={state} />;
  if (state.unsent && !state.sending) {
    return (
      <Notice kind="warn" title={t.unsentTitle} actions={<Resend conversation={conversation} state={state} />}>
        <p>{wordsOf(state.unsent, t)}</p>
      </Notice>
    );
  }
  const failed = lastExchange(state)?.failure;
  if (failed && !state.hearing && !state.sending) return <TurnFailed conversation={conversation} state={state} />;
  if (state.microphoneProblem && state.mode !== 'typing') {
    return <MicrophoneProblem conversation={conversation} state={state} />;
  }
  return null;
}

function CallFailed({ conversation, state }: TroublesProps) {
  const { error, unsent } = state;
  const t = useStrings(liveStrings);
  return (
    <>
      <ErrorNotice error={error} />
      {unsent && <p className="dock-unsent">{wordsOf(unsent, t)}</p>}
      <div className="actions dock-actions">
        <Resend conversation={conversation} state={state} />
      </div>
    </>
  );
}

const wordsOf = (unsent: Unsent, t: LiveStrings) =>
  unsent.kind === 'typed' ? t.unsentTyped(unsent.text) : t.unsentSpoken;

function Resend({ conversation, state: { unsent } }: TroublesProps) {
  const t = useStrings(liveStrings);
  return (
    <>
      <Button onClick={() => void conversation.retry()}>{unsent ? t.sendAgain : t.retry}</Button>
      <Button kind="quiet" onClick={() => conversation.discardUnsent()}>
        {t.discard}
      </Button>
    </>
  );
}

function TurnFailed({ conversation, state }: TroublesProps) {
  const t = useStrings(liveStrings);
  const failure = lastExchange(state)?.failure;
  if (!failure) return null;
  const { stage, code, message } = failure;
  const title =
    stage === 'upload' || stage === 'transcription'
      ? t.failed[stage]
      : stage === 'speech'
        ? t.failedSpeech
        : t.failedReply;
  const kept = lastExchange(state)?.said || lastExchange(state)?.by === 'opening';
  const retry = failure.retryable && kept && <Button onClick={() => void conversation.retry()}>{t.retry}</Button>;
  return (
    <Notice kind="error" title={title} actions={retry}>
      <p>
        <RefusalWords code={code} message={message} />
      </p>
    </Notice>
  );
}

function MicrophoneProblem({ conversation, state: { microphoneProblem, mode } }: TroublesProps) {
  const t = useStrings(liveStrings);
  const { problem } = useStrings(interviewStrings);
  if (!microphoneProblem) return null;
  const { title, text } = problem[microphoneProblem];
  return (
    <Notice
      kind="error"
      title={title}
      actions={<Button onClick={() => void conversation.setMode(mode)}>{t.openMicrophone}</Button>}
    >
      <p>{microphoneProblem === 'lost' ? t.microphoneLost : text}</p>
    </Notice>
  );
}
