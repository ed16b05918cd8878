/** Content that an application keeps from telemetry: `recordInputs: false`, `recordOutputs: false`. */

import { type Props, props } from '@spanline/instrumentation';

/** The two settings of a call. */
export interface Hidden {
  readonly inputs: boolean;
  readonly outputs: boolean;
}

/** Nothing is kept from telemetry. */
export const SHOWN: Hidden = Object.freeze({ inputs: false, outputs: false });

/** Reads the settings from an event. */
export function hiddenIn({ recordInputs, recordOutputs }: Props): Hidden {
  if (recordInputs !== false && recordOutputs !== false) return SHOWN;
  return { inputs: recordInputs === false, outputs: recordOutputs === false };
}

/** Facts of an error that hold nothing of the request and of the answer. */
const FACTS = ['name', 'statusCode', 'code', 'isRetryable'] as const;

/** A fact that cannot be read is none. */
function factOf(error: unknown, key: string): unknown {
  try {
    return props(error)[key];
  } catch {
    return undefined;
  }
}

/** The error as it may be recorded. The SDK's own words replace a message that may quote the request or the answer. */
export function shownError(error: unknown, { inputs, outputs }: Hidden): unknown {
  if (!inputs && !outputs) return error;
  const shown = new Error('AI SDK operation failed');
  for (const key of FACTS) {
    const value = factOf(error, key);
    if (value !== undefined) Object.defineProperty(shown, key, { value, configurable: true, writable: true });
  }
  return shown;
}
