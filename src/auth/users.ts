import type { AuthDeps } from './auth.ts';
import type { Identity } from './identity.ts';
import { unauthenticated } from './refusals.ts';
import type { User } from './schemas.ts';

export interface UserRow {
  id: string;
  kind: Identity['kind'];
  email: string | null;
  name: string | null;
  consentedAt: Date | null;
}

export function asUser({ id, kind, email, name, consentedAt }: UserRow): User {
  return { id, kind, email, name, consentedAt: consentedAt?.toISOString() ?? null };
}

/** The caller's own account. Throws `unauthenticated` when it was deleted meanwhile. */
export async function me(auth: AuthDeps, identity: Identity): Promise<User> {
  const user = await auth.db.prisma.user.findUnique({ where: { id: identity.userId } });
  if (!user) throw unauthenticated();
  return asUser(user);
}
