import type { AuthDeps } from './auth.ts';
import type { UserRow } from './users.ts';

/**
 * Moves everything a guest has to an account and removes the guest, all or nothing. A guest that is gone or has
 * registered meanwhile is left alone. Tables with a `user_id` belong in here, or their rows go with the guest.
 */
export async function mergeGuest(auth: AuthDeps, guestId: string, accountId: string): Promise<UserRow> {
  const { account, ended } = await auth.db.prisma.$transaction(async (tx) => {
    // Locked against rows that arrive meanwhile (foreign keys wait), in one order against deadlock.
    const locked = await tx.$queryRaw<{ id: string; kind: string; consentedAt: Date | null }[]>`
      select id::text, kind::text, consented_at as "consentedAt" from users
      where id in (${guestId}::uuid, ${accountId}::uuid) order by id for update`;
    const guest = locked.find((row) => row.id === guestId && row.kind === 'guest');
    if (!guest) return { account: await tx.user.findUniqueOrThrow({ where: { id: accountId } }), ended: [] };

    // A CV that both have stays the account's: the unique key allows one.
    await tx.$executeRaw`
      update sessions set cv_id = mine.id
      from cvs theirs join cvs mine on mine.sha256 = theirs.sha256 and mine.user_id = ${accountId}::uuid
      where theirs.user_id = ${guestId}::uuid and sessions.cv_id = theirs.id`;
    await tx.$executeRaw`
      update cvs set user_id = ${accountId}::uuid where user_id = ${guestId}::uuid
      and sha256 not in (select sha256 from cvs where user_id = ${accountId}::uuid)`;
    const move = { where: { userId: guestId }, data: { userId: accountId } };
    await tx.session.updateMany(move);
    await tx.audioFile.updateMany(move);
    await tx.usage.updateMany(move);
    await tx.consentEntry.updateMany(move);
    const owner = { from: `user:${guestId}`, to: `user:${accountId}` };
    await tx.assistantMessage.updateMany({ where: { owner: owner.from }, data: { owner: owner.to } });
    const ended = await tx.login.findMany({ where: { userId: guestId }, select: { id: true } });
    await tx.user.delete({ where: { id: guestId } });
    // Of two people who turn out to be one, a withdrawal that came last holds for both.
    const last = await tx.consentEntry.findFirst({ where: { userId: accountId }, orderBy: { id: 'desc' } });
    const consentedAt = last?.given === false ? null : guest.consentedAt;
    const either = last?.given === false ? {} : { consentedAt: null };
    await tx.user.updateMany({ where: { id: accountId, ...either }, data: { consentedAt } });
    return { account: await tx.user.findUniqueOrThrow({ where: { id: accountId } }), ended };
  });
  auth.logins.end(ended.map((login) => login.id));
  return account;
}
