/** What one client of the pass-through, and one user with several, may ask of the server. */
export interface RealtimeLimits {
  /** OpenAI takes 15 MiB of base64 in one event; around it there is room for the event itself. */
  messageBytes: number;
  /** Messages a second that a client keeps up: sound in pieces of 20 ms is 50. */
  messagesPerSecond: number;
  /** Messages beyond that, at most: what has piled up while its socket was not read. */
  messageBurst: number;
  conversationsPerUser: number;
  /** Messages that wait for the upstream to be opened. */
  earlyMessages: number;
  /** With more than this on its way to one side, the other side is not read. */
  pauseAboveBytes: number;
  /** For how long a side may take nothing at all before the conversation is ended. */
  clientStalledMs: number;
  upstreamStalledMs: number;
  /** A peer that leaves two pings in a row unanswered is gone. */
  pingEveryMs: number;
  /** From the handshake to the upstream's session, with everything that is tried on the way. */
  openMs: number;
}

export const defaultRealtimeLimits: RealtimeLimits = {
  messageBytes: 15 * 2 ** 20 + 4096,
  messagesPerSecond: 500,
  messageBurst: 2_500,
  conversationsPerUser: 5,
  earlyMessages: 256,
  pauseAboveBytes: 2 ** 20,
  clientStalledMs: 10_000,
  upstreamStalledMs: 30_000,
  pingEveryMs: 30_000,
  openMs: 15_000,
};
