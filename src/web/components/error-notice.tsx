import { refusalOf } from '../session/refusals.ts';
import { useCommonStrings } from '../strings/strings.tsx';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

/** Shows what a call failed with: the server's own words, which say what to do; or that it cannot be reached. */
export function ErrorNotice({ error, title, onRetry }: { error: unknown; title?: string; onRetry?: () => void }) {
  const t = useCommonStrings();
  const refusal = refusalOf(error);
  const unreachable = refusal !== null && refusal.status === null;
  const message = unreachable ? t.unreachable : (refusal?.message ?? t.unexpected);
  const retry = onRetry && <Button onClick={onRetry}>{t.tryAgain}</Button>;
  return (
    <Notice kind="error" title={title ?? t.failed} actions={retry}>
      <p>{message}</p>
    </Notice>
  );
}
