import type { ComponentProps } from 'react';
import './button.css';

interface ButtonProps extends ComponentProps<'button'> {
  /** One `primary` per page: what comes next. `quiet` looks like a link. */
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  /** What was asked for is under way: presses do nothing, and the focus stays. */
  busy?: boolean;
}

export function Button({ kind = 'plain', busy = false, className = '', onClick, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`button button-${kind} ${className}`}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {children}
    </button>
  );
}
