/** Who is asking, once a token has been checked. */
export interface Identity {
  userId: string;
  kind: 'guest' | 'registered' | 'external';
  /** The signed-in device; null for tokens of another identity provider, which we cannot revoke. */
  loginId: string | null;
}
