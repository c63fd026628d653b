/** What one WebSocket, and one user with many, may ask of the server. */
export interface SocketLimits {
  /** One message of the client. A larger one is refused from its first bytes, with close code 1009. */
  messageBytes: number;
  /** Messages and the calls within them; more are a flood, and close with 1008. */
  callsPerSecond: number;
  /** Subscriptions that are open at once. */
  subscriptions: number;
  /** Sockets of one user; for those who are not signed in, of one address. */
  socketsPerUser: number;
  /** What waits to be sent, at most. Beyond it the socket is closed, because nothing else stops it from growing. */
  queuedBytes: number;
  /** While this much waits, subscriptions do: a replay goes as fast as its reader, not as fast as the database. */
  pauseAboveBytes: number;
  /** For how long a paused reader may take nothing at all before it is closed. */
  stalledMs: number;
  /** Until the first message has to be there, when the client says that it will bring its token. */
  signInMs: number;
  /** A peer that leaves two pings in a row unanswered is gone. */
  pingEveryMs: number;
  /** As long as the streams over SSE: then the client has to connect again, with its present token. */
  maxAgeMs: number;
  /** Before that, the client is asked to move over by itself, so that nothing is interrupted. */
  moveBeforeMs: number;
}

export const defaultSocketLimits: SocketLimits = {
  messageBytes: 2 ** 20,
  callsPerSecond: 200,
  subscriptions: 50,
  socketsPerUser: 20,
  queuedBytes: 2 ** 20,
  pauseAboveBytes: 2 ** 17,
  stalledMs: 5_000,
  signInMs: 10_000,
  pingEveryMs: 30_000,
  maxAgeMs: 900_000,
  moveBeforeMs: 30_000,
};
