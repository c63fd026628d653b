import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Notice } from '../../components/notice.tsx';
import type { Conversation } from '../../conversation/conversation.ts';
import { type ConversationState, lastExchange } from '../../conversation/state.ts';
import { useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from '../interview/strings.ts';
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
  const failed = lastExchange(state)?.failure;
  if (failed && !state.hearing && !state.sending) return <TurnFailed conversation={conversation} state={state} />;
  if (state.microphoneProblem && state.mode !== 'typing') {
    return <MicrophoneProblem conversation={conversation} state={state} />;
  }
  return null;
}

function CallFailed({ conversation, state: { error, unsent } }: TroublesProps) {
  const t = useStrings(liveStrings);
  return (
    <>
      <ErrorNotice error={error} />
      {unsent && <p className="dock-unsent">{unsent.kind === 'typed' ? t.unsentTyped(unsent.text) : t.unsentSpoken}</p>}
      <div className="actions dock-actions">
        <Button onClick={() => void conversation.retry()}>{unsent ? t.sendAgain : t.retry}</Button>
        <Button kind="quiet" onClick={() => conversation.discardUnsent()}>
          {t.discard}
        </Button>
      </div>
    </>
  );
}

function TurnFailed({ conversation, state }: TroublesProps) {
  const t = useStrings(liveStrings);
  const failure = lastExchange(state)?.failure;
  if (!failure) return null;
  const { stage, message } = failure;
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
      <p>{message}</p>
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
