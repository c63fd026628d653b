import type { ReactNode } from 'react';
import './notice.css';

type NoticeKind = 'info' | 'good' | 'warn' | 'error';

/** Shapes as well as colours tell the kinds apart. */
const marks: Record<NoticeKind, string> = { info: '❧', good: '✓', warn: '△', error: '▲' };

/** What there is to know, and what to do about it. An `error` is read out at once. */
export function Notice({
  kind = 'info',
  title,
  children,
  actions,
}: {
  kind?: NoticeKind;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={`notice notice-${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      <span className="notice-mark" aria-hidden="true">
        {marks[kind]}
      </span>
      <div>
        <p className="notice-title">{title}</p>
        {children && <div className="notice-text">{children}</div>}
        {actions && <div className="actions">{actions}</div>}
      </div>
    </div>
  );
}
