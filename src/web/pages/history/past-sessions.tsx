import { useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { type Filters, fits, noFilters, type PastSession } from './past-session.ts';
import { SessionRow } from './session-row.tsx';
import { historyStrings } from './strings.ts';

const shownAtFirst = 10;

/** The interviews that fit the filters, newest first. */
export function PastSessions({ sessions }: { sessions: readonly PastSession[] }) {
  const t = useStrings(historyStrings);
  const id = useId();
  const [filters, setFilters] = useState<Filters>(noFilters);
  const [shown, setShown] = useState(shownAtFirst);
  const [deleting, setDeleting] = useState<PastSession | null>(null);
  const found = sessions.filter((session) => fits(session, filters, Date.now()));
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{t.interviews}</h2>
      <FilterBar filters={filters} onChange={setFilters} />
      <p className="history-count" role="status">
        {t.found(found.length, sessions.length)}
      </p>
      {found.length === 0 && (
        <div className="history-nothing">
          <p>{t.nothingFound}.</p>
          <Button onClick={() => setFilters(noFilters)}>{t.clearFilters}</Button>
        </div>
      )}
      <ol className="past-sessions">
        {found.slice(0, shown).map((session) => (
          <SessionRow key={session.id} session={session} onDelete={() => setDeleting(session)} />
        ))}
      </ol>
      {found.length > shown && <Button onClick={() => setShown(shown + shownAtFirst)}>{t.more}</Button>}
      <DeleteDialog session={deleting} onClose={() => setDeleting(null)} />
    </section>
  );
}
