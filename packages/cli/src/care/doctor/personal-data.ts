/** Finds personal data with the rules that redact it. */

import { lineRedaction } from '@spanline/core';
import type { FindPersonalData } from '@spanline/query';

/** `[EMAIL_1]`, `[SECRET]`. */
const PLACEHOLDER = /\[([A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*)(?:_\d+)?\]/g;

/** Rules whose placeholders are in the names and texts of a value. It may have any number of levels. */
function rulesIn(value: unknown): Set<string> {
  const rules = new Set<string>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') for (const [, rule = ''] of next.matchAll(PLACEHOLDER)) rules.add(rule);
    else if (Array.isArray(next)) for (const entry of next) open.push(entry);
    else if (typeof next === 'object' && next !== null)
      for (const [name, entry] of Object.entries(next)) open.push(name, entry);
  }
  return rules;
}

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
