import { z } from 'zod';
import { createCall, hangUpCall, longestSdp } from '../conversation/calls.ts';
import { createClientSecret } from '../conversation/client-secret.ts';
import { idSchema } from '../interview/schemas.ts';
import { procedure, router } from './init.ts';

/** Seconds since 1970, as OpenAI gives it. */
const expiresAt = z.number();
const forInterview = z.object({ sessionId: idSchema.optional() });

export const realtimeRouter = router({
  /** With it a browser opens its own session with OpenAI; for an interview, the session is told how to conduct it. */
  createClientSecret: procedure
    .input(forInterview)
    .output(z.object({ value: z.string(), expiresAt, session: z.record(z.string(), z.unknown()) }))
    .mutation(({ ctx, input }) => createClientSecret(ctx.caller, input)),
  /** Places a WebRTC call and stays on it: transcript, usage and interview are the server's. */
  createCall: procedure
    .input(
      forInterview.extend({
        sdp: z
          .string('Send the SDP of RTCPeerConnection.createOffer().')
          .max(longestSdp, 'The SDP offer is larger than 64 kB. Offer audio and one data channel only.'),
      }),
    )
    .output(z.object({ callId: z.string(), sdp: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const { auth, closing, identity } = ctx;
      const rights = { login: auth.logins.watch(identity.loginId, identity.userId), closing };
      const { id: callId, sdp } = await createCall(ctx.caller, input, rights);
      return { callId, sdp };
    }),
  hangUp: procedure
    .input(z.object({ callId: z.string() }))
    .output(z.object({ ended: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await hangUpCall(ctx.caller, input.callId);
      return { ended: true };
    }),
  createChatKitSession: procedure
    .output(z.object({ id: z.string(), clientSecret: z.string(), expiresAt, status: z.string() }))
    .mutation(async ({ ctx: { deps, identity, caller } }) => {
      await deps.allowance.require(identity.userId);
      return deps.realtime.broker.createChatKitSession(identity.userId, caller.signal);
    }),
});
