import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** What one key of one owner is called in the database, and what it locks. */
export interface KeySecrets {
  /** Instead of the key itself, which nobody can read off it. */
  name: string;
  /** Keyed: a plain hash of a body that holds a password would invite guessing it. */
  digest(text: string): string;
  seal(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Null for what was sealed under another secret, or changed. */
  open(sealed: Uint8Array): Buffer | null;
}

/**
 * Locks answers with AES-256-GCM under a key made (HKDF-SHA-256, RFC 5869) of the server's secret and of the caller's key,
 * which is not stored: neither the rows nor the rows with the secret tell an answer.
 */
export function keySecrets(secret: string, { owner, key }: { owner: string; key: string }): KeySecrets {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, key, `viva idempotency ${purpose} ${owner}`, 32));
  const digestKey = derive('fingerprint');
  return {
    name: derive('name').toString('base64url'),
    digest: (text) => createHmac('sha256', digestKey).update(text).digest('base64url'),
    seal(bytes) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', derive('answer'), nonce);
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed) {
      const bytes = Buffer.from(sealed);
      if (bytes.length < nonceBytes + tagBytes) return null;
      const decipher = createDecipheriv('aes-256-gcm', derive('answer'), bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
      } catch {
        // The tag does not fit: that is the answer.
        return null;
      }
    },
  };
}
