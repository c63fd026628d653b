import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import type { MicrophoneProblem } from '../../recording/microphone.ts';
import { useCommonStrings, useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from './strings.ts';

const hopeless: readonly MicrophoneProblem[] = ['insecure', 'unsupported'];

/** Why nothing can be recorded, and what to do about it. */
export function MicrophoneHelp({ problem, onRetry }: { problem: MicrophoneProblem; onRetry: () => void }) {
  const t = useStrings(interviewStrings);
  const common = useCommonStrings();
  const { title, text } = t.problem[problem];
  const retry = !hopeless.includes(problem) && <Button onClick={onRetry}>{common.tryAgain}</Button>;
  return (
    <Notice kind="error" title={title} actions={retry}>
      <p>{text}</p>
    </Notice>
  );
}
