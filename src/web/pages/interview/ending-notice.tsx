import { Notice } from '../../components/notice.tsx';
import type { EndReason } from '../../recording/recorder.ts';
import { useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from './strings.ts';

/** Why a recording ended, where it was not the speaker's doing. */
export function EndingNotice({ reason }: { reason: EndReason }) {
  const t = useStrings(interviewStrings);
  if (reason === 'unplugged') {
    return (
      <Notice kind="warn" title={t.problem.lost.title}>
        <p>{t.problem.lost.text}</p>
      </Notice>
    );
  }
  if (reason === 'limit') {
    return (
      <Notice kind="warn" title={t.limitTitle}>
        <p>{t.limitText}</p>
      </Notice>
    );
  }
  if (reason === 'failed') {
    return (
      <Notice kind="warn" title={t.brokenTitle}>
        <p>{t.brokenText}</p>
      </Notice>
    );
  }
  return null;
}
