import { readFileSync } from 'node:fs';

/**
 * A key: the text itself, the name of an environment variable, or the path of a file. A file is read for each request, so that a new key needs no restart. Keys stand in no log,
 * error or report.
 */
export type Secret = string | { readonly env: string } | { readonly file: string };

/** The text of a key now; `undefined` when there is none. Never throws. */
export function readSecret(secret: Secret): string | undefined {
  if (typeof secret === 'string') return secret.trim() || undefined;
  if ('env' in secret) return process.env[secret.env]?.trim() || undefined;
  try {
    return readFileSync(secret.file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** True for what can be a key. */
export function isSecret(value: unknown): value is Secret {
  if (typeof value === 'string') return value !== '';
  if (typeof value !== 'object' || value === null) return false;
  const { env, file } = value as Record<string, unknown>;
  return typeof env === 'string' || typeof file === 'string';
}
