/** Content blocks: the pieces of a message in the shape of a provider. */

import type { Props } from '../../values/props.ts';
import type { MessagePart } from '../messages.ts';

/** Converts a block and adds what it holds to the parts. Never changes the block. */
export type ReadBlock = (block: Props, parts: MessagePart[]) => void;

/** A string, also an empty one. */
export function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Parses the JSON of tool arguments. OpenAI sends a string, everyone else an object. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** True for the result of a tool that says that the tool failed, in the words of any provider. */
export function isFailed({ is_error: isError, isError: camel, status, error, outcome, content }: Props): boolean {
  if (isError === true || camel === true) return true;
  if (status === 'error' || status === 'failed') return true;
  if (error !== undefined && error !== null) return true;
  if (typeof outcome === 'string' && outcome !== 'OUTCOME_OK') return true;
  const type = (content as { type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' && type.endsWith('_error');
}

/** True for the key of a value that the provider encrypted for itself. */
export function isEncrypted(key: string): boolean {
  return key.startsWith('encrypted_');
}

const MAX_DEPTH = 4;

/** Copies a value without what the provider encrypted for itself. */
export function withoutEncrypted(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((entry) => withoutEncrypted(entry, depth + 1));
  const copy: Props = {};
  for (const key of Object.keys(value)) {
    if (!isEncrypted(key)) copy[key] = withoutEncrypted((value as Props)[key], depth + 1);
  }
  return copy;
}
