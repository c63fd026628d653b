import { useCommonStrings } from '../strings/strings.tsx';
import './loading.css';

/** A quiet sign that something is on its way. It shows after a moment only: what is quick needs none. */
export function Loading({ label }: { label?: string }) {
  const t = useCommonStrings();
  return (
    <p className="loading" role="status">
      <span className="loading-bar" aria-hidden="true" />
      {label ?? t.loading}
    </p>
  );
}
