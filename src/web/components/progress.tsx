import { type ReactNode, useId } from 'react';
import './progress.css';

/** How far something has come: `<Progress label="Questions" value={3} max={5} text="3 of 5 ready" />`. */
export function Progress({
  label,
  value,
  max,
  text,
}: {
  label: ReactNode;
  /** Left out while nobody can tell. */
  value?: number | undefined;
  max: number;
  /** The same in words. */
  text: ReactNode;
}) {
  const id = useId();
  return (
    <div className="progress">
      <label htmlFor={id}>{label}</label>
      <span className="progress-text">{text}</span>
      <progress id={id} max={max} {...(value !== undefined && { value })} />
    </div>
  );
}

/** A level that moves, such as a microphone's, from 0 to 1. `text` says it in words. */
export function Meter({ label, value, text }: { label: ReactNode; value: number; text: string }) {
  const id = useId();
  const level = Math.min(1, Math.max(0, value));
  return (
    <div className="progress">
      <label htmlFor={id}>{label}</label>
      <span className="progress-text">{text}</span>
      <meter id={id} min={0} max={1} value={level}>
        {text}
      </meter>
    </div>
  );
}
