import { Link } from '../router/link.tsx';
import { usePath } from '../router/location.ts';
import { languages, useCommonStrings, useLanguage } from '../strings/strings.tsx';
import { AccountMenu } from './account-menu.tsx';
import './masthead.css';

/** The app's name, the way to its two places, the language. */
export function Masthead() {
  const t = useCommonStrings();
  const { language, setLanguage } = useLanguage();
  const path = usePath();
  const starting = path === '/' || path.startsWith('/start');
  return (
    <>
      <a className="skip-link" href="#content">
        {t.skipToContent}
      </a>
      <header className="masthead">
        <Link to="/" className="masthead-name" aria-current={false}>
          Viva
        </Link>
        <nav aria-label={t.navigation}>
          <Link to="/" aria-current={starting ? 'page' : undefined}>
            {t.start}
          </Link>
          <Link to="/history">{t.history}</Link>
        </nav>
        <div className="masthead-tools">
          <AccountMenu />
          {(['en', 'de'] as const).map((code) => (
            <button
              key={code}
              type="button"
              lang={code}
              aria-pressed={language === code}
              aria-label={`${code.toUpperCase()}: ${languages[code]}`}
              onClick={() => setLanguage(code)}
            >
              {code.toUpperCase()}
            </button>
          ))}
        </div>
      </header>
    </>
  );
}
