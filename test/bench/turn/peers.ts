import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startChild } from '../child.ts';
import type { Upstream } from '../world.ts';

/** Each is a module of `turn-peers/`. The first is resolved from the product's own packages when nothing is installed there. */
export const peerNames = {
  'openai-by-hand': 'openai SDK by hand',
  'ai-sdk': 'Vercel AI SDK',
  livekit: 'LiveKit Agents',
} as const;
export type PeerName = keyof typeof peerNames;
export const allPeers: readonly PeerName[] = ['openai-by-hand', 'ai-sdk', 'livekit'];

const folder = join(import.meta.dirname, '../turn-peers');
const firstMessage = z.union([z.object({ url: z.url() }), z.object({ failed: z.string() })]);

/** Installs the peers' packages once, in a folder of their own. Returns why that did not work, or null. */
export async function installPeers(say: (text: string) => void): Promise<string | null> {
  // npm writes this last.
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return null;
  say(`Installing what the turn is compared with, in ${folder}`);
  try {
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
    return null;
  } catch (error) {
    const lines = String(error).split('\n');
    return `npm ci in test/bench/turn-peers failed: ${lines.find((line) => line.startsWith('npm error')) ?? lines[0]}`;
  }
}

export interface Peer {
  pid: number;
  url: string;
}

/** Starts a peer's server, to be closed with `opened`; or tells why it cannot run. */
export async function startPeer(
  name: PeerName,
  { url, apiKey }: Upstream,
  opened: AsyncDisposableStack,
): Promise<Peer | { reason: string }> {
  try {
    const child = opened.use(await startChild('turn-peers/start.mjs', { peer: name, baseURL: url, apiKey }));
    const first = firstMessage.parse(child.first);
    return 'url' in first ? { pid: child.pid, url: first.url } : { reason: first.failed };
  } catch (error) {
    return { reason: String(error) };
  }
}
