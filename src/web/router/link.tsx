import type { ComponentProps, MouseEvent } from 'react';
import { navigate, usePath } from './location.ts';

/** A link within the app. Opening in another tab or window stays the browser's business. */
export function Link({ to, onClick, ...rest }: { to: string } & Omit<ComponentProps<'a'>, 'href'>) {
  const here = usePath();
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const another = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || another || rest.target) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={to} onClick={go} aria-current={here === to ? 'page' : undefined} {...rest} />;
}
