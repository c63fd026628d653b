import { refusalOf } from '../session/refusals.ts';
import { useCommonStrings } from '../strings/strings.tsx';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';
import { RefusalWords } from './server-words.tsx';

/** Shows what a call failed with: what the server refused it with, which says what to do; or that it cannot be reached. */
export function ErrorNotice({ error, title, onRetry }: { error: unknown; title?: string; onRetry?: () => void }) {
  const t = useCommonStrings();
  const refusal = refusalOf(error);
  const unreachable = refusal !== null && refusal.status === null;
  const retry = onRetry && <Button onClick={onRetry}>{t.tryAgain}</Button>;
  return (
    <Notice kind="error" title={title ?? t.failed} actions={retry}>
      <p>
        {unreachable && t.unreachable}
        {!refusal && t.unexpected}
        {refusal?.code && <RefusalWords code={refusal.code} message={refusal.message} />}
      </p>
    </Notice>
  );
}
