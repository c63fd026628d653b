import type {} from '@fastify/cookie';
import type { FastifyReply } from 'fastify';

export const accessCookie = 'viva_token';

/** Secure behind a proxy too, when TRUST_PROXY lets Fastify believe its `X-Forwarded-Proto`. */
const attributes = (reply: FastifyReply) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: reply.request.protocol === 'https' }) as const;

/** Hands the access token to the browser for what cannot send headers, such as `<audio src>`. */
export function setAccessCookie(reply: FastifyReply, token: string, expiresAt: string): void {
  reply.setCookie(accessCookie, token, { ...attributes(reply), expires: new Date(expiresAt) });
}

export function clearAccessCookie(reply: FastifyReply): void {
  reply.clearCookie(accessCookie, attributes(reply));
}
