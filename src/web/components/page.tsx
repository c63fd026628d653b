import { type ReactNode, useEffect, useRef } from 'react';
import { hasNavigated } from '../router/location.ts';
import './page.css';

/**
 * A page's frame: its title in the tab and as h1, a lead, its content. After a navigation the h1 takes the focus, so
 * that a screen reader says where one has come to.
 */
export function Page({
  title,
  lead,
  wide = false,
  children,
}: {
  title: string;
  lead?: ReactNode;
  /** For charts and columns; text stays at a readable measure. */
  wide?: boolean;
  children?: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasNavigated()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <main id="content" className={wide ? 'page page-wide' : 'page'}>
      <title>{`${title} · Viva`}</title>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {lead && <p className="page-lead">{lead}</p>}
      {children}
    </main>
  );
}
