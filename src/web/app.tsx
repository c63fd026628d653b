import { Suspense } from 'react';
import { LiveRegion } from './components/live-region.tsx';
import { Loading } from './components/loading.tsx';
import { Masthead } from './components/masthead.tsx';
import { SignedOut } from './components/signed-out.tsx';
import { useUploads } from './recording/recordings-context.ts';
import { usePath } from './router/location.ts';
import { routeOf } from './router/routes.tsx';
import { useSessionState } from './session/session-context.tsx';

/** The masthead, and the page that the path names. A new path is a new page, with nothing of the last one left. */
export function App() {
  const path = usePath();
  // Goes on with what an earlier visit could not send, whatever page is open.
  useUploads();
  const { Page, id } = routeOf(path);
  const session = useSessionState();
  return (
    <LiveRegion>
      <Masthead />
      {session.status === 'signed-out' ? (
        <SignedOut error={session.error} />
      ) : (
        <Suspense fallback={<Loading />}>
          <Page key={path} id={id} />
        </Suspense>
      )}
    </LiveRegion>
  );
}
