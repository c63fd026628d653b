import { z } from 'zod';

/** PostgreSQL cannot store NUL, and no name or address has a control character. */
const printable = /^\P{Cc}*$/u;

/** NFKC, trimmed and in lower case, so that one address is one account however it is typed. */
export const emailSchema = z
  .string('enter an e-mail address')
  .max(254, 'an e-mail address has at most 254 characters')
  .normalize('NFKC')
  .trim()
  .toLowerCase()
  .regex(z.regexes.unicodeEmail, 'enter an e-mail address such as name@example.org')
  .regex(printable, 'enter an e-mail address without control characters');

/** NFKC as NIST SP 800-63B asks, so that one password is one password on every keyboard. */
const password = z.string('enter a password').max(200, 'use at most 200 characters').normalize('NFKC');

export const nameSchema = z
  .string()
  .trim()
  .min(1, 'enter a name, or leave it out')
  .max(100, 'use at most 100 characters')
  .regex(printable, 'enter a name without control characters or line breaks');

export const guestInputSchema = z.object({ name: nameSchema.optional() });

export const registerInputSchema = z.object({
  email: emailSchema,
  password: password.min(10, 'use at least 10 characters'),
  name: nameSchema.optional(),
});

export const loginInputSchema = z.object({ email: emailSchema, password: password.min(1, 'enter your password') });

const refreshToken = z.string('send the refresh token').min(1, 'send the refresh token').max(200, 'no such token');

export const refreshInputSchema = z.object({ refreshToken });

/** The refresh token signs out a device whose access token has expired already. */
export const logoutInputSchema = z.object({ refreshToken: refreshToken.optional() });

export const userSchema = z.object({
  id: z.uuid(),
  kind: z.enum(['guest', 'registered', 'external']),
  email: z.string().nullable(),
  name: z.string().nullable(),
  consentedAt: z.iso.datetime().nullable().describe('When the user agreed to being recorded.'),
});

export const tokensSchema = z.object({
  token: z.string().describe('The access token, for `Authorization: Bearer`.'),
  expiresAt: z.iso.datetime().describe('When the access token ends; refresh before.'),
  refreshToken: z.string().describe('Good for one refresh.'),
  user: userSchema,
});

export type GuestInput = z.output<typeof guestInputSchema>;
export type RegisterInput = z.output<typeof registerInputSchema>;
export type LoginInput = z.output<typeof loginInputSchema>;
export type RefreshInput = z.output<typeof refreshInputSchema>;
export type LogoutInput = z.output<typeof logoutInputSchema>;
export type User = z.output<typeof userSchema>;
export type Tokens = z.output<typeof tokensSchema>;
