import type { ReactNode } from 'react';

/** A part of the form: numeral, name and a note in the margin, the fields beside them. */
export function Section({
  numeral,
  title,
  note,
  children,
}: {
  numeral: string;
  title: string;
  note: string;
  children: ReactNode;
}) {
  return (
    <section className="start-section" aria-label={title}>
      <div className="start-margin">
        <h2>
          <span className="start-numeral" aria-hidden="true">
            {numeral}
          </span>
          {title}
        </h2>
        <p>{note}</p>
      </div>
      <div>{children}</div>
    </section>
  );
}
