import type OpenAI from 'openai';
import { APIError } from 'openai';
import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { withDeadline } from '../models/deadline.ts';
import { hostOf } from '../models/model-server.ts';
import { handshakeRefusal } from '../models/realtime-errors.ts';
import { InvalidReply, upstreamError } from '../models/upstream-errors.ts';
import type { ChatKitSession } from './realtime-broker.ts';

export interface ChatKitOptions {
  client: OpenAI;
  workflowId: string | undefined;
  deadlineMs: number;
}

const reply = z.object({
  id: z.string(),
  client_secret: z.string().min(1),
  expires_at: z.number(),
  status: z.string().catch('active'),
});

/** https://developers.openai.com/api/docs/guides/chatkit */
const ending =
  "OpenAI's hosted workflows end on 2026-11-30; the spoken conversations of this server do not depend on them.";

/** `POST /chatkit/sessions` (beta). Not repeated when it fails: the user asks again, and each session is one more. */
export async function createChatKitSession(
  { client, workflowId, deadlineMs }: ChatKitOptions,
  user: string,
  signal: AbortSignal | undefined,
): Promise<ChatKitSession> {
  if (!workflowId) {
    const message = `ChatKit is not set up on this server: set CHATKIT_AGENT_ID to the id of a workflow (wf_...). ${ending}`;
    throw new DomainError('unavailable', message);
  }
  try {
    const body = await withDeadline(deadlineMs, signal, (bounded) =>
      post(client, { user, workflow: { id: workflowId } }, bounded),
    );
    const { id, client_secret: clientSecret, expires_at: expiresAt, status } = body;
    return { id, clientSecret, expiresAt, status };
  } catch (error) {
    if (error instanceof APIError && error.status !== undefined && [400, 404, 410, 422].includes(error.status)) {
      const message = `The ChatKit session was refused (${error.status}): check that the workflow in CHATKIT_AGENT_ID exists and is published. ${ending}`;
      throw new DomainError('upstream_refused', message, { cause: error });
    }
    throw upstreamError(error, { capability: 'realtime', host: hostOf(client.baseURL) });
  }
}

/** By hand: the client strips the headers of betas. */
async function post(client: OpenAI, body: object, signal: AbortSignal): Promise<z.output<typeof reply>> {
  const response = await fetch(`${client.baseURL.replace(/\/+$/, '')}/chatkit/sessions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${client.apiKey}`,
      'content-type': 'application/json',
      'openai-beta': 'chatkit_beta=v1',
    },
    body: JSON.stringify(body),
    signal,
  });
  const text = await response.text();
  if (!response.ok) throw handshakeRefusal(response.status, text, response.headers);
  const parsed = reply.safeParse(JSON.parse(text));
  if (!parsed.success) throw new InvalidReply('a ChatKit session without its fields');
  return parsed.data;
}
