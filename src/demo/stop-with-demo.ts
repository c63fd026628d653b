/**
 * Loaded into the server's process before the server (`--import`). When the demo lets go of the channel between them, or
 * dies in whatever way, the server gets the signal that makes it close its database and leave. Sent within the process,
 * so that Windows, which has no signals, can do it too.
 */
process.once('disconnect', () => {
  const pollMs = 50;
  // A server that is still starting has nobody to hear the signal yet, and PostgreSQL may be running already.
  const waiting = setInterval(() => {
    if (process.listenerCount('SIGTERM') === 0) return;
    clearInterval(waiting);
    process.emit('SIGTERM', 'SIGTERM');
  }, pollMs);
  waiting.unref();
});
// Listening must not keep a server alive that could not start.
process.channel?.unref();
