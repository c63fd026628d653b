import type { ChatSession } from 'openai/resources/beta/chatkit/threads';
import { z } from 'zod';
import { newId } from './realtime/identifiers.ts';
import { badRequest, parseStrictly, WireError } from './wire-error.ts';
import { jsonReply, type WireReply } from './wire-reply.ts';

const expiresAfter = z.strictObject({ anchor: z.literal('created_at'), seconds: z.int().min(1).max(600) });
const sessionRequest = z.strictObject({
  user: z.string().min(1),
  workflow: z.strictObject({
    id: z.string(),
    version: z.string().optional(),
    state_variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    tracing: z.strictObject({ enabled: z.boolean().default(true) }).optional(),
  }),
  expires_after: expiresAfter.default({ anchor: 'created_at', seconds: 600 }),
  rate_limits: z.strictObject({ max_requests_per_1_minute: z.int().min(1).default(10) }).optional(),
  chatkit_configuration: z
    .strictObject({
      automatic_thread_titling: z.strictObject({ enabled: z.boolean().optional() }).optional(),
      file_upload: z
        .strictObject({
          enabled: z.boolean().optional(),
          max_file_size: z.int().optional(),
          max_files: z.int().optional(),
        })
        .optional(),
      history: z.strictObject({ enabled: z.boolean().optional(), recent_threads: z.int().optional() }).optional(),
    })
    .optional(),
});

/** `POST /chatkit/sessions`, still a beta. Throws a `WireError`: 400, or 404 for a workflow that does not exist. */
export function createChatkitSession(body: unknown, betaHeader: string | undefined): WireReply {
  if (!betaHeader?.split(',').some((flag) => flag.trim() === 'chatkit_beta=v1')) {
    throw badRequest("You must provide the 'OpenAI-Beta: chatkit_beta=v1' header.", undefined, 'invalid_beta');
  }
  const request = parseStrictly(sessionRequest, body);
  const { workflow, chatkit_configuration: wanted } = request;
  if (!workflow.id.startsWith('wf_')) {
    const message = `Workflow with id '${workflow.id}' not found.`;
    throw new WireError(404, message, { param: 'workflow.id', code: 'workflow_not_found' });
  }
  const perMinute = request.rate_limits?.max_requests_per_1_minute ?? 10;
  const uploads = wanted?.file_upload;
  return jsonReply({
    id: newId('cksess'),
    object: 'chatkit.session',
    status: 'active',
    client_secret: newId('ek'),
    expires_at: Math.floor(Date.now() / 1000) + request.expires_after.seconds,
    user: request.user,
    workflow: {
      id: workflow.id,
      version: workflow.version ?? null,
      state_variables: workflow.state_variables ?? null,
      tracing: { enabled: workflow.tracing?.enabled ?? true },
    },
    rate_limits: { max_requests_per_1_minute: perMinute },
    max_requests_per_1_minute: perMinute,
    chatkit_configuration: {
      automatic_thread_titling: { enabled: wanted?.automatic_thread_titling?.enabled ?? true },
      file_upload: {
        enabled: uploads?.enabled ?? false,
        max_file_size: uploads?.max_file_size ?? 512,
        max_files: uploads?.max_files ?? 10,
      },
      history: { enabled: wanted?.history?.enabled ?? true, recent_threads: wanted?.history?.recent_threads ?? null },
    },
  } satisfies ChatSession);
}
