import type { LineRedaction, LineRedactionOptions } from '@spanline/core';
import { fail } from '../fail.ts';

/** A rule in JSON has its pattern as text. */
function toRule(rule: unknown): unknown {
  if (typeof rule !== 'object' || rule === null || !('pattern' in rule)) return rule;
  const { pattern, flags = '', ...others } = rule as { readonly pattern: unknown; readonly flags?: unknown };
  if (typeof pattern !== 'string' || typeof flags !== 'string') return rule;
  try {
    return { ...others, pattern: new RegExp(pattern, flags) };
  } catch {
    return fail('--config.to.redact.custom.pattern', 'a regular expression');
  }
}

/**
 * Creates the redaction of a target from the configuration file: an array of paths, or options in which the patterns of
 * `custom` are texts, with `flags` beside them.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export async function redactionFromConfig(given: unknown): Promise<LineRedaction> {
  const { lineRedaction } = await import('@spanline/core');
  const { custom } = (typeof given === 'object' && given !== null ? given : {}) as { readonly custom?: unknown };
  if (!Array.isArray(custom)) return lineRedaction(given as LineRedactionOptions);
  return lineRedaction({ ...(given as object), custom: custom.map(toRule) } as LineRedactionOptions);
}
