import { readdir, readFile } from 'node:fs/promises';

export interface ProcessUse {
  /** Processor time so far, in milliseconds, of the process and everything it started. */
  cpuMs: number;
  /** Resident memory in bytes of the process itself. */
  rssBytes: number;
  /** The same with the processes it started. */
  treeRssBytes: number;
}

interface Entry {
  pid: number;
  parent: number;
  cpuMs: number;
  rssBytes: number;
}

/** Of /proc/pid/stat: `USER_HZ` is 100 on every Linux that Node runs on, and pages have 4 KiB on most. */
const tickMs = 10;
const pageBytes = 4096;

/** proc(5): the name stands in brackets and may hold anything; state is field 3, the parent 4, times 14–17, RSS 24. */
function readStat(pid: number, stat: string): Entry {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  const ticks = field(14) + field(15) + field(16) + field(17);
  return { pid, parent: field(4), cpuMs: ticks * tickMs, rssBytes: field(24) * pageBytes };
}

/** What a process and its descendants use; null where there is no /proc to read it from. */
export async function processUse(root: number): Promise<ProcessUse | null> {
  if (process.platform !== 'linux') return null;
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const all = await Promise.all(
    pids.map(async (pid) => {
      // Gone since the folder was read.
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
      return stat === null ? null : readStat(pid, stat);
    }),
  );
  const entries = all.filter((entry) => entry !== null);
  const tree = new Set([root]);
  for (let before = 0; before < tree.size; ) {
    before = tree.size;
    for (const { pid, parent } of entries) if (tree.has(parent)) tree.add(pid);
  }
  const members = entries.filter(({ pid }) => tree.has(pid));
  const sum = (of: (entry: Entry) => number) => members.reduce((total, entry) => total + of(entry), 0);
  return {
    cpuMs: sum(({ cpuMs }) => cpuMs),
    rssBytes: members.find(({ pid }) => pid === root)?.rssBytes ?? 0,
    treeRssBytes: sum(({ rssBytes }) => rssBytes),
  };
}
