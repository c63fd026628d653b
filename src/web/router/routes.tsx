import { type ComponentType, lazy } from 'react';
import { PreparePage } from '../pages/start/prepare-page.tsx';
import { StartPage } from '../pages/start/start-page.tsx';
import { matchPath } from './location.ts';

/** What every page is given: the id of the session in its path, or an empty string. */
export interface PageProps {
  id: string;
}

// The first page comes with the first script; each other one with a click.
const InterviewPage = lazy(async () => ({
  default: (await import('../pages/interview/interview-page.tsx')).InterviewPage,
}));
const LivePage = lazy(async () => ({ default: (await import('../pages/live/live-page.tsx')).LivePage }));
const ResultsPage = lazy(async () => ({ default: (await import('../pages/results/results-page.tsx')).ResultsPage }));
const HistoryPage = lazy(async () => ({ default: (await import('../pages/history/history-page.tsx')).HistoryPage }));
const AccountPage = lazy(async () => ({ default: (await import('../pages/account/account-page.tsx')).AccountPage }));
const NotFoundPage = lazy(async () => ({
  default: (await import('../pages/not-found/not-found-page.tsx')).NotFoundPage,
}));

/** The server answers these paths with the app: see `src/http/web.ts`. */
const routes: [pattern: string, page: ComponentType<PageProps>][] = [
  ['/', StartPage],
  ['/start', StartPage],
  ['/start/:id', PreparePage],
  ['/interview/:id', InterviewPage],
  ['/live/:id', LivePage],
  ['/results/:id', ResultsPage],
  ['/history', HistoryPage],
  ['/account', AccountPage],
];

export function routeOf(path: string): { Page: ComponentType<PageProps>; id: string } {
  for (const [pattern, Page] of routes) {
    const params = matchPath(pattern, path);
    if (params) return { Page, id: params.id ?? '' };
  }
  return { Page: NotFoundPage, id: '' };
}
