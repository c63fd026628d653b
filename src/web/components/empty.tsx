import type { ReactNode } from 'react';
import './empty.css';

/** A place where nothing is yet: what will be here, and how to get it. */
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <section className="empty">
      <p className="empty-ornament" aria-hidden="true">
        ❧
      </p>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
