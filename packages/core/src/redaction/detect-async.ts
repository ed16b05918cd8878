import { setTimeout } from 'node:timers/promises';
import type { Plain } from '@spanline/record';
import type { AsyncDetector } from '../api/index.ts';
import type { Redactor } from './redactor.ts';
import type { Replacements } from './replacements.ts';

/** Asynchronous detectors, and how long those of one span may take. */
export interface AsyncDetection {
  readonly detectors: readonly AsyncDetector[];
  readonly timeoutMs: number;
  readonly redactor: Redactor;
}

async function detectText(
  text: string,
  { detectors, redactor }: AsyncDetection,
  replacements: Replacements,
): Promise<string> {
  let result = text;
  // One after the other, because each replacement moves the ranges of the text behind it.
  for (const detector of detectors) result = redactor.redactRanges(result, await detector(result), replacements);
  return result;
}

async function detectValue(value: Plain, detection: AsyncDetection, replacements: Replacements): Promise<Plain> {
  if (typeof value === 'string') return value === '' ? value : detectText(value, detection, replacements);
  if (Array.isArray(value)) {
    return Promise.all(value.map((entry) => detectValue(entry, detection, replacements)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    async ([key, entry]) => [key, await detectValue(entry, detection, replacements)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function rejectAfter(ms: number, signal: AbortSignal): Promise<never> {
  await setTimeout(ms, undefined, { signal });
  throw new Error(`asynchronous detectors took longer than ${ms} ms`);
}

/**
 * Copies a value, with everything replaced that the detectors find.
 *
 * @returns a promise that rejects if a detector fails or all of them together take too long; the value must then not be
 * logged
 */
export async function detectAsync(value: Plain, detection: AsyncDetection, replacements: Replacements): Promise<Plain> {
  const settled = new AbortController();
  try {
    return await Promise.race([
      detectValue(value, detection, replacements),
      rejectAfter(detection.timeoutMs, settled.signal),
    ]);
  } finally {
    settled.abort();
  }
}
