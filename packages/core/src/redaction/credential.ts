import { lazy } from '@spanline/record';
import { hasHint, hintPatterns } from './hints.ts';
import { BUILT_IN_RULES } from './rules.ts';

const RULES = BUILT_IN_RULES.filter(({ credential }) => credential);
const HINTS = lazy(() => hintPatterns(RULES.flatMap(({ hints }) => hints?.() ?? [])));

/** True for text with a key or token in it that a built-in rule recognises. */
export function isCredential(text: string): boolean {
  if (!hasHint(HINTS(), text)) return false;
  return RULES.some(({ find }) => [...find(text)].length > 0);
}
