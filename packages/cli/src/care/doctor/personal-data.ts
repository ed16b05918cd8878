/** Finds personal data with the rules that redact it. */

import { lineRedaction } from '@spanline/core';
import type { FindPersonalData } from '@spanline/query';

/** `[EMAIL_1]`, `[SECRET]`. */
const PLACEHOLDER = /\[([A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*)(?:_\d+)?\]/g;

const rulesIn = (value: unknown): Set<string> =>
  new Set([...JSON.stringify(value).matchAll(PLACEHOLDER)].map(([, rule = '']) => rule));

/** Creates a function that names the rules which would replace something on a line. */
export function createPersonalDataFinder(): FindPersonalData {
  const { createRedaction, options } = lineRedaction();
  const redact = createRedaction(options);
  return (line) => {
    const { record, rest } = redact(line);
    const before = rulesIn([line.record, line.rest]);
    return [...rulesIn([record, rest])].filter((rule) => !before.has(rule));
  };
}
