import type { Plain } from '@spanline/record';
import type { AsyncDetector } from '../api/index.ts';
import type { RedactionScope, RedactionTally, Redactor } from './redactor.ts';

/** Reads content with asynchronous detectors. */
export interface ContentDetection {
  readonly detectors: readonly AsyncDetector[];
  readonly timeoutMs: number;
  readonly redactor: Redactor;
}

function timeout(ms: number): { expired: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('detector timed out')), ms);
  });
  return { expired, cancel: () => clearTimeout(timer) };
}

async function detectText(
  text: string,
  detection: ContentDetection,
  scope: RedactionScope,
  tally: RedactionTally,
): Promise<string> {
  let result = text;
  for (const detector of detection.detectors) {
    // Each detector reads what the former left: ranges of one hold in no other text.
    result = detection.redactor.mark(result, await detector(result), scope, tally);
  }
  return result;
}

async function detectValue(
  value: Plain,
  detection: ContentDetection,
  scope: RedactionScope,
  tally: RedactionTally,
): Promise<Plain> {
  if (typeof value === 'string') return value === '' ? value : detectText(value, detection, scope, tally);
  if (Array.isArray(value)) return Promise.all(value.map((entry) => detectValue(entry, detection, scope, tally)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    async ([key, entry]) => [key, await detectValue(entry, detection, scope, tally)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * A copy of `value` in which everything the detectors found is replaced.
 *
 * @returns a promise that rejects when a detector fails or all of them together take too long: then nothing of the value may be written
 */
export async function detectAsync(
  value: Plain,
  detection: ContentDetection,
  scope: RedactionScope,
  tally: RedactionTally,
): Promise<Plain> {
  const { expired, cancel } = timeout(detection.timeoutMs);
  try {
    return await Promise.race([detectValue(value, detection, scope, tally), expired]);
  } finally {
    cancel();
  }
}
