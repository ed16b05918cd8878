import { readFileSync } from 'node:fs';

/**
 * A key: the text itself, the name of an environment variable, or the path of a file. A file is read again for each
 * request, so that a new key needs no restart. Keys never appear in logs, errors or reports.
 */
export type Secret = string | { readonly env: string } | { readonly file: string };

/** Reads the current text of a key; `undefined` while there is none. Never throws. */
export function readSecret(secret: Secret): string | undefined {
  if (typeof secret === 'string') return secret.trim() || undefined;
  if ('env' in secret) return process.env[secret.env]?.trim() || undefined;
  try {
    return readFileSync(secret.file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value has the form of a {@link Secret}. */
export function isSecret(value: unknown): value is Secret {
  if (typeof value === 'string') return value !== '';
  if (typeof value !== 'object' || value === null) return false;
  const { env, file } = value as Record<string, unknown>;
  return typeof env === 'string' || typeof file === 'string';
}
