import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { DomainError } from '../errors.ts';
import { type Entry, jsonArray, type Listed, zipOf } from './account-archive.ts';
import type { DeletionDeps } from './account-live-work.ts';
import {
  accountDocuments,
  answerPages,
  looseSoundPages,
  messagePages,
  questionPages,
  sessionPages,
  turnPages,
  unfinishedPages,
} from './account-rows.ts';
import { asWav } from './live-recording/wav.ts';
import { storageKeyOf } from './stored-audio.ts';

/** What an export reads; nothing of it is changed. */
export type ExportDeps = Pick<DeletionDeps, 'db' | 'storage' | 'spool'>;

/**
 * Everything a user has, as one ZIP that is written while it is read: JSON by session, the sound that goes with it, and
 * a list of the files with their SHA-256. It tells what is there while it is written, not of one moment. Throws
 * `not_found`.
 */
export async function exportAccount(deps: ExportDeps, userId: string): Promise<Readable> {
  const user = await deps.db.prisma.user.findUnique({ where: { id: userId }, select: { id: true } });
  if (!user) throw new DomainError('not_found', 'There is no such account.');
  const exportedAt = new Date().toISOString();
  return zipOf(entriesOf(deps, userId), { path: 'README.txt', write: (listed) => readme(exportedAt, listed) });
}

async function* entriesOf(deps: ExportDeps, userId: string): AsyncGenerator<Entry> {
  for (const { name, rows } of accountDocuments(deps.db, userId)) yield document(name, rows);
  for await (const page of sessionPages(deps.db, userId)) {
    for (const session of page) yield* sessionEntries(deps, session);
  }
  yield* looseSound(deps, userId);
  yield* unfinishedRecordings(deps, userId);
}

const document = (path: string, rows: AsyncIterable<readonly object[]>): Entry => ({
  path: `${path}.json`,
  compress: true,
  open: async () => jsonArray(rows),
});

interface SessionRow {
  id: string;
  createdAt: Date;
}

/** Named so that they sort as they happened, and can be told apart. */
const folderOf = ({ id, createdAt }: SessionRow) =>
  `sessions/${createdAt.toISOString().slice(0, 16).replace('T', ' ').replace(':', '.')} ${id.slice(-8)}`;

async function* sessionEntries(deps: ExportDeps, session: SessionRow): AsyncGenerator<Entry> {
  const { db } = deps;
  const { id } = session;
  const folder = folderOf(session);
  yield document(`${folder}/session`, onePage(session));
  yield document(`${folder}/questions`, questionPages(db, id));
  yield document(`${folder}/answers`, answerPages(db, id));
  yield document(`${folder}/conversation`, messagePages(db, id));
  yield document(`${folder}/turns`, turnPages(db, id));
  const numbered = (position: number) => `${folder}/question ${String(position).padStart(2, '0')}`;
  for await (const page of questionPages(db, id)) {
    for (const { position, audio } of page) if (audio) yield sound(deps, numbered(position), audio);
  }
  for await (const page of answerPages(db, id)) {
    for (const { take, audio, question } of page) {
      if (audio) yield sound(deps, `${numbered(question.position)}, take ${take}`, audio);
    }
  }
  let said = 0;
  for await (const page of messagePages(db, id)) {
    for (const { role, audio } of page) {
      said += 1;
      if (audio) yield sound(deps, `${folder}/conversation ${String(said).padStart(4, '0')}, ${role}`, audio);
    }
  }
}

async function* onePage(row: object): AsyncGenerator<object[]> {
  yield [row];
}

interface SoundRow {
  storageKey: string;
  goneAt: Date | null;
}

function sound({ storage }: ExportDeps, path: string, row: SoundRow): Entry {
  return {
    path: `${path}${extname(row.storageKey)}`,
    compress: false,
    async open() {
      if (row.goneAt) throw new DomainError('gone', 'It was deleted, as sound is kept for a while only.');
      return storage.open(storageKeyOf(row));
    },
  };
}

/** What the assistant said, above all. */
async function* looseSound(deps: ExportDeps, userId: string): AsyncGenerator<Entry> {
  for await (const page of looseSoundPages(deps.db, userId)) {
    for (const row of page) yield sound(deps, `other sound/${row.kind} ${row.id}`, row);
  }
}

/** Answers that are being recorded, or never were submitted. */
async function* unfinishedRecordings({ db, spool }: ExportDeps, userId: string): AsyncGenerator<Entry> {
  for await (const page of unfinishedPages(db, userId)) {
    for (const { id } of page) {
      yield {
        path: `unfinished recordings/${id}.wav`,
        compress: false,
        async open() {
          const file = await spool.open(id);
          await file.close();
          return asWav(file.path, file.bytes);
        },
      };
    }
  }
}

function readme(exportedAt: string, listed: Listed[]): string {
  const lines = listed.map(({ path, bytes, sha256, problem }) =>
    sha256 === null ? `MISSING  ${path}\n         ${problem}` : `${sha256}  ${path} (${bytes} bytes)`,
  );
  return `This is everything that Viva has of you, as of ${exportedAt}.

account.json             who you are here
sign-ins.json            the devices that are, or were, signed in
consents.json            what you agreed to and took back
cvs.json                 the text of your CVs
usage.json               what your interviews consumed
assistant.json           what you talked about with the voice assistant
live-recordings.json     answers while they were recorded
sessions/                a folder for each interview, with its date:
  session.json           job, language, voice and state
  questions.json         the questions
  answers.json           every take of your answers, with its transcript, when each word was said, and its evaluation
  conversation.json      what was said in a live conversation
  turns.json             when
  *.mp3, *.webm, ...     the questions spoken, your recordings, and the interviewer's replies
other sound/             sound of no interview
unfinished recordings/   answers that were not submitted

Times are UTC. In JSON, times that end in Ms are milliseconds.
Each line below is the SHA-256 of a file, its path and its size. Compare with: sha256sum "<path>"

${lines.join('\n')}
`;
}
