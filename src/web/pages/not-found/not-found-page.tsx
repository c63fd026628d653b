import { Page } from '../../components/page.tsx';
import { Link } from '../../router/link.tsx';
import { translations, useStrings } from '../../strings/strings.tsx';

const strings = translations(
  {
    title: 'There is no such page',
    lead: 'The address is mistyped, or what it led to has been deleted.',
    start: 'Start a new interview',
    history: 'Look at earlier ones',
  },
  {
    title: 'Diese Seite gibt es nicht',
    lead: 'Die Adresse ist falsch geschrieben, oder was sie zeigte, ist gelöscht.',
    start: 'Ein neues Gespräch beginnen',
    history: 'Frühere ansehen',
  },
);

export function NotFoundPage() {
  const t = useStrings(strings);
  return (
    <Page title={t.title} lead={t.lead}>
      <p className="actions">
        <Link to="/" className="button button-primary">
          {t.start}
        </Link>
        <Link to="/history">{t.history}</Link>
      </p>
    </Page>
  );
}
