import { type Belongings, somebodys } from '../../api/support/belongings.ts';
import type { SignedIn } from '../../support/viva.ts';
import { startWorld, type World } from './credentials.ts';
import { type RegisteredRoute, recordingRoutes } from './registered-routes.ts';

/** A server with everything that it registered, somebody's things on it, and a stranger to them. */
export interface Stage {
  world: World;
  registered: RegisteredRoute[];
  theirs: Belongings;
  stranger: SignedIn;
}

export async function startStage(): Promise<Stage> {
  const { server: world, registered } = await recordingRoutes(async () => {
    const started = await startWorld();
    return { ...started, app: started.server.app };
  });
  const theirs = await somebodys(world.server, world.victim);
  return { world, registered, theirs, stranger: await world.server.signIn() };
}
