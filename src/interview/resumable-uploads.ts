import { z } from 'zod';
import { Prisma } from '../db/generated/client.ts';
import { DomainError, errorCodeSchema } from '../errors.ts';
import type { PartialUploads } from '../storage/partial-uploads.ts';
import { assertAnswerable } from './answers.ts';
import type { Caller, InterviewDeps } from './context.ts';

export interface ResumableUploadDeps extends InterviewDeps {
  /** Where answers lie that have not arrived whole. */
  partials: PartialUploads;
}

export type ResumableUploadCaller = Caller & { deps: ResumableUploadDeps };

/** From its creation; then what has come of it is deleted, and the answer it became can no longer be asked for here. */
export const uploadLifeMs = 86_400_000;
/** Of one user: each may hold as many bytes as a recording may have. */
const mostUnfinished = 10;

export const metadataSchema = z.record(z.string(), z.string());
const refusalSchema = z.object({ code: errorCodeSchema, message: z.string() });

/** An answer that arrives in parts, as its owner may know it. */
export interface ResumableUpload {
  id: string;
  questionId: string;
  /** How many there will be; null until that is told. */
  bytes: number | null;
  /** What its sender said of it. */
  metadata: Record<string, string>;
  createdAt: Date;
  /** What became of it. */
  answerId: string | null;
  /** Why nothing came of it. */
  refusal: DomainError | null;
}

/** Of which neither an answer nor a refusal has come. */
export const unfinishedUpload = { answerId: null, refusal: { equals: Prisma.AnyNull } };

export const isExpired = ({ createdAt }: { createdAt: Date }) => createdAt.getTime() < Date.now() - uploadLifeMs;

/** Throws as `assertAnswerable`, and `rate_limited` when the user has too many that are not finished. */
export async function beginUpload(
  caller: ResumableUploadCaller,
  upload: Pick<ResumableUpload, 'id' | 'questionId' | 'bytes' | 'metadata'>,
): Promise<void> {
  const { deps, userId } = caller;
  await assertAnswerable(caller, upload.questionId);
  await deps.db.prisma.$transaction(async (tx) => {
    // One after the other, so that many at once are counted as well.
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`uploads:${userId}`}, 0))::text`;
    const others = await tx.resumableUpload.count({
      where: {
        ...unfinishedUpload,
        question: { session: { userId } },
        createdAt: { gt: new Date(Date.now() - uploadLifeMs) },
      },
    });
    if (others >= mostUnfinished) throw tooMany();
    await tx.resumableUpload.create({ data: upload });
  });
}

const tooMany = () =>
  new DomainError(
    'rate_limited',
    `${mostUnfinished} uploads of yours are unfinished. Go on with one of them, or end one (DELETE), before you begin another.`,
  );

/** Throws `not_found`, and `gone` once it has expired. */
export async function ownedUpload({ deps, userId }: ResumableUploadCaller, id: string): Promise<ResumableUpload> {
  const row = await deps.db.prisma.resumableUpload.findFirst({ where: { id, question: { session: { userId } } } });
  if (!row) throw new DomainError('not_found', 'There is no such upload.');
  if (isExpired(row)) {
    await endUpload(deps, id);
    throw new DomainError('gone', 'This upload was not finished within a day and has been deleted. Begin a new one.');
  }
  const refusal = refusalSchema.safeParse(row.refusal).data;
  return {
    ...row,
    metadata: metadataSchema.parse(row.metadata),
    refusal: refusal ? new DomainError(refusal.code, refusal.message) : null,
  };
}

/** Once, for an upload that was begun without. */
export async function declareBytes({ db }: InterviewDeps, id: string, bytes: number): Promise<void> {
  await db.prisma.resumableUpload.updateMany({ where: { id, bytes: null }, data: { bytes } });
}

/** Forgets an upload and what came of it. An answer that it became stays. */
export async function endUpload({ db, partials }: ResumableUploadDeps, id: string): Promise<void> {
  await db.prisma.resumableUpload.deleteMany({ where: { id } });
  await partials.remove(id);
}
