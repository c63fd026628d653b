/** The stand-in for the model vendor, away from the server under test as the real one would be. */
import { startOfflineServer } from '../../../src/offline/server.ts';
import { endWithParent, tell } from './parent.ts';

const server = await startOfflineServer();
endWithParent(() => server.close());
tell({ url: server.url, apiKey: server.apiKey });
