import type { Database } from '../db/client.ts';

/** In memory at a time: answers carry their words one by one. */
const pageSize = 25;

interface Onward {
  after: { id?: { gt: string } };
  page: { orderBy: { id: 'asc' }; take: number };
}

export type Pages<Row> = AsyncGenerator<Row[]>;

/** Every row, in the order in which they came. */
async function* pages<Row extends { id: string }>(read: (onward: Onward) => PromiseLike<Row[]>): Pages<Row> {
  for (let last: string | undefined, more = true; more; ) {
    const rows = await read({
      after: last === undefined ? {} : { id: { gt: last } },
      page: { orderBy: { id: 'asc' }, take: pageSize },
    });
    yield rows;
    last = rows.at(-1)?.id;
    more = rows.length === pageSize;
  }
}

export interface AccountDocument {
  name: string;
  rows: Pages<object>;
}

/** What a user has besides interviews. What only serves to check a password or a token is left out. */
export function accountDocuments({ prisma }: Database, userId: string): AccountDocument[] {
  const user = { id: userId };
  const owner = `user:${userId}`;
  return [
    {
      name: 'account',
      rows: pages(({ after }) => prisma.user.findMany({ where: { AND: [user, after] }, omit: { passwordHash: true } })),
    },
    {
      name: 'sign-ins',
      rows: pages(({ after, page }) =>
        prisma.login.findMany({
          where: { userId, ...after },
          omit: { tokenHash: true, previousTokenHash: true },
          ...page,
        }),
      ),
    },
    {
      name: 'consents',
      rows: pages(({ after, page }) => prisma.consentEntry.findMany({ where: { userId, ...after }, ...page })),
    },
    { name: 'cvs', rows: pages(({ after, page }) => prisma.cv.findMany({ where: { userId, ...after }, ...page })) },
    {
      name: 'usage',
      rows: pages(({ after, page }) => prisma.usage.findMany({ where: { userId, ...after }, ...page })),
    },
    {
      name: 'assistant',
      rows: pages(({ after, page }) => prisma.assistantMessage.findMany({ where: { owner, ...after }, ...page })),
    },
    { name: 'live-recordings', rows: recordingPages({ prisma }, { question: { session: { userId } } }) },
  ];
}

type Prisma = Pick<Database, 'prisma'>;

export const sessionPages = ({ prisma }: Prisma, userId: string) =>
  pages(({ after, page }) => prisma.session.findMany({ where: { userId, ...after }, ...page }));

export const questionPages = ({ prisma }: Prisma, sessionId: string) =>
  pages(({ after, page }) =>
    prisma.question.findMany({ where: { sessionId, ...after }, include: { audio: true }, ...page }),
  );

/** Every take with its transcript, its words and what was made of it. */
export const answerPages = ({ prisma }: Prisma, sessionId: string) =>
  pages(({ after, page }) =>
    prisma.answer.findMany({
      where: { question: { sessionId }, ...after },
      include: { evaluation: true, audio: true, question: { select: { position: true, text: true } } },
      ...page,
    }),
  );

/** What was said in a conversation. */
export const messagePages = ({ prisma }: Prisma, sessionId: string) =>
  pages(({ after, page }) =>
    prisma.message.findMany({ where: { sessionId, ...after }, include: { audio: true }, ...page }),
  );

export const turnPages = ({ prisma }: Prisma, sessionId: string) =>
  pages(({ after, page }) => prisma.turn.findMany({ where: { sessionId, ...after }, ...page }));

/** Sound of the user that belongs to no interview. */
export const looseSoundPages = ({ prisma }: Prisma, userId: string) =>
  pages(({ after, page }) =>
    prisma.audioFile.findMany({
      where: { userId, answer: null, message: null, questions: { none: {} }, ...after },
      ...page,
    }),
  );

export const unfinishedPages = (db: Prisma, userId: string) =>
  recordingPages(db, { answerId: null, question: { session: { userId } } });

function recordingPages({ prisma }: Prisma, where: { answerId?: null; question: { session: { userId: string } } }) {
  return pages(({ after, page }) =>
    prisma.liveRecording.findMany({ where: { ...where, ...after }, omit: { holder: true }, ...page }),
  );
}
