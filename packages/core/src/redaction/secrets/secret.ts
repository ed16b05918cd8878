import { lazy } from '@spanline/record';
import { hasHint, hintPatterns } from '../hints.ts';
import { MASK, type Rule } from '../rule.ts';
import { ASSIGNMENTS } from './assignments.ts';
import { CALLS } from './calls.ts';
import { COLUMNS } from './columns.ts';
import { COMMANDS } from './commands.ts';
import { DATABASE_KEYS } from './database-keys.ts';
import { ELEMENTS } from './elements.ts';
import { PASSWORD_HASHES } from './password-hashes.ts';
import { PASSWORD_LINES } from './password-lines.ts';
import { PROMPTS } from './prompts.ts';
import { SETTINGS } from './settings.ts';
import { STATEMENTS } from './statements.ts';

const FORMS = [
  ASSIGNMENTS,
  STATEMENTS,
  ELEMENTS,
  COMMANDS,
  SETTINGS,
  CALLS,
  COLUMNS,
  PROMPTS,
  DATABASE_KEYS,
  PASSWORD_LINES,
  PASSWORD_HASHES,
].map(({ hints, find }) => ({
  hints,
  find,
  hinted: lazy(() => hintPatterns(hints())),
}));

/** Secrets that have a name. */
export const SECRET: Rule = {
  name: 'SECRET',
  credential: true,
  hints: () => FORMS.flatMap(({ hints }) => hints()),
  *find(text, _name, kinds) {
    for (const { hinted, find } of FORMS) {
      if (!hasHint(hinted(), text, kinds)) continue;
      for (const range of find(text)) {
        if (text.slice(range.start, range.end).replaceAll(MASK, '') !== '') yield range;
      }
    }
  },
};
