import type { LoginInput, RegisterInput, Tokens, User } from '../../auth/schemas.ts';
import { createVivaClient, type VivaClient } from '../../client.ts';
import { keep, onKeptElsewhere } from './kept.ts';
import { isUnauthenticated } from './refusals.ts';
import { type KeptTokens, keepTokens, keptTokens, received, renewalLeadMs } from './tokens.ts';

export type SessionState =
  | { status: 'starting'; user: null }
  | { status: 'signed-in'; user: User }
  /** The login has ended, or this server takes no guests: somebody has to sign in. */
  | { status: 'signed-out'; user: null; error: unknown };

/** Who uses this browser. Signs in as a guest unasked, and keeps the login alive while the page is open. */
export interface Session {
  /** Signed in at every call. */
  viva: VivaClient;
  state(): SessionState;
  subscribe(listener: () => void): () => void;
  /** Resolves with the user once signed in. Throws what the server refuses with. */
  ready(): Promise<User>;
  /** Gets new tokens, and with them the cookie that `<audio src>` plays by. */
  renew(): Promise<void>;
  /** Agrees to being recorded. */
  consent(): Promise<void>;
  /** Takes that back: nothing more is recorded. */
  withdrawConsent(): Promise<void>;
  /** Makes an account of the guest, history and all. Throws VivaRequestError or TRPCClientError with what to mend. */
  register(input: RegisterInput): Promise<void>;
  /** The guest's history moves into the account. */
  login(input: LoginInput): Promise<void>;
  /** Ends the login here. What a guest has done is out of reach afterwards. */
  logout(): Promise<void>;
  /** Deletes everything there is of this user, here and there, and tells how much it was. Then `ready()` begins afresh. */
  deleteAccount(password: string | undefined): Promise<{ sessions: number; answers: number }>;
}

export function createSession(url: string): Session {
  const listeners = new Set<() => void>();
  /** Only to get tokens with: it must not wait for them. */
  const door = createVivaClient({ url });
  let state: SessionState = { status: 'starting', user: null };
  let underway: Promise<KeptTokens> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function become(next: SessionState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function accept(tokens: KeptTokens): KeptTokens {
    keepTokens(tokens);
    become({ status: 'signed-in', user: tokens.user });
    renewInTime(tokens);
    return tokens;
  }

  /** Ahead of need: the cookie ends with the token, and a player cannot ask for another. */
  function renewInTime({ endsAtMs }: KeptTokens): void {
    clearTimeout(timer);
    const renewal = () => void current().catch(() => undefined); // the next call tries again, and says why it cannot
    timer = setTimeout(renewal, Math.max(1_000, endsAtMs - renewalLeadMs - Date.now()));
  }

  const asGuest = async (): Promise<KeptTokens> => accept(received(await door.auth.guest.mutate({})));

  async function refreshed({ refreshToken, user }: KeptTokens): Promise<KeptTokens> {
    try {
      return accept(received(await door.auth.refresh.mutate({ refreshToken })));
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
      keepTokens(null);
      if (user.kind === 'guest') return await asGuest();
      become({ status: 'signed-out', user: null, error });
      throw error;
    }
  }

  /** One at a time: everybody who asks meanwhile gets the same tokens. */
  function once(get: () => Promise<KeptTokens>): Promise<KeptTokens> {
    underway ??= get().finally(() => {
      underway = null;
    });
    return underway;
  }

  async function signIn(): Promise<KeptTokens> {
    try {
      return await asGuest();
    } catch (error) {
      become({ status: 'signed-out', user: null, error });
      throw error;
    }
  }

  function current(): Promise<KeptTokens> {
    if (underway) return underway;
    const tokens = keptTokens();
    if (!tokens) return once(signIn);
    if (tokens.endsAtMs - Date.now() > renewalLeadMs) {
      if (state.user?.id !== tokens.user.id) accept(tokens);
      return Promise.resolve(tokens);
    }
    return once(() => refreshed(tokens));
  }

  async function renew(): Promise<void> {
    const tokens = keptTokens();
    await once(tokens ? () => refreshed(tokens) : signIn);
  }

  const viva = createVivaClient({ url, token: async () => (await current()).token, onUnauthenticated: renew });
  const update = (user: User) => {
    const tokens = keptTokens();
    if (tokens) accept({ ...tokens, user });
  };
  /** What was being filled in was theirs as well. */
  const forget = () => {
    clearTimeout(timer);
    keepTokens(null);
    keep('draft', undefined);
  };
  const signedIn = async (tokens: Promise<Tokens>) => void accept(received(await tokens));

  onKeptElsewhere('session', () => {
    const tokens = keptTokens();
    if (tokens) become({ status: 'signed-in', user: tokens.user });
  });

  return {
    viva,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ready: async () => (await current()).user,
    renew,
    consent: async () => update(await viva.auth.consent.mutate()),
    withdrawConsent: async () => update(await viva.auth.withdrawConsent.mutate()),
    // Through `viva`: a guest who signs in is recognised, and brings the history along.
    register: (input) => signedIn((keptTokens() ? viva : door).auth.register.mutate(input)),
    login: (input) => signedIn((keptTokens() ? viva : door).auth.login.mutate(input)),
    async logout() {
      const refreshToken = keptTokens()?.refreshToken;
      clearTimeout(timer);
      await door.auth.logout.mutate(refreshToken ? { refreshToken } : {});
      forget();
      become({ status: 'starting', user: null });
    },
    async deleteAccount(password) {
      const { sessions, answers } = await viva.auth.deleteAccount.mutate({
        confirm: true,
        ...(password !== undefined && { password }),
      });
      forget();
      return { sessions, answers };
    },
  };
}
