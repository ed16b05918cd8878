import { type Check, option } from '@spanline/record';
import { isSecret, readSecret, type Secret } from '@spanline/remote';
import { ChannelError } from '../alerts/channel.ts';

/** Rule of a key. Errors do not show it. */
export const secretOption: Check<Secret> = option.secret(
  option.like<Secret>('a string, { env } or { file }', isSecret),
);

/** Rule of a URL, which may be a key itself. */
export const urlOption: Check<Secret> = option.secret(
  option.like<Secret>(
    'an http or https URL, { env } or { file }',
    (value) => isSecret(value) && (typeof value !== 'string' || parseUrl(value) !== undefined),
  ),
);

/** @returns `undefined` for what is not an http or https URL */
export function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

/**
 * Reads a key.
 *
 * @param noun - names the key in the error, such as `routing key`
 * @throws ChannelError naming the environment variable or file without a key
 */
export function requireSecret(noun: string, secret: Secret): string {
  const text = readSecret(secret);
  if (text !== undefined) return text;
  const place = typeof secret === 'string' ? '' : 'env' in secret ? ` in ${secret.env}` : ` in ${secret.file}`;
  throw new ChannelError(`there is no ${noun}${place}`);
}
