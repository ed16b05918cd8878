/** The question of `spanline explain`: from its flags, or from an alert. */

import { type ExplainQuestion, parseFilter, type Query, questionOfAlert, type ReadOptions } from '@spanline/query';
import { parseLine, SpanlineError } from '@spanline/record';
import { fail } from '../fail.ts';
import type { FlagValues } from '../flags.ts';
import { REQUESTS } from './explain-words.ts';

/** Flags of `spanline explain`. */
export const EXPLAIN_FLAGS = {
  slow: 'text',
  'slow-start': 'text',
  expensive: 'text',
  tokens: 'text',
  failing: 'text',
  low: 'text',
  high: 'text',
  step: 'text',
  over: 'text',
} as const;

type Flags = FlagValues<typeof EXPLAIN_FLAGS>;

/** Flags that say what is bad, and the field in which `--over` gives its limit. */
const MEASURES = {
  slow: { measure: 'duration', field: 'duration' },
  'slow-start': { measure: 'first_token', field: 'duration' },
  expensive: { measure: 'cost', field: 'cost' },
  tokens: { measure: 'tokens', field: 'tokens' },
  failing: { measure: 'failure', field: undefined },
  low: { measure: 'score', field: 'score' },
  high: { measure: 'score', field: 'score' },
} as const;

type Measure = keyof typeof MEASURES;

const NAMES = Object.keys(MEASURES) as Measure[];

/** True if flags say what is bad, so that there is no alert among the arguments. */
export const hasMeasure = (flags: Readonly<Record<string, unknown>>): boolean =>
  NAMES.some((name) => flags[name] !== undefined);

/** The number that a filter compares a field with. Its units are those of filters. */
function limitOf(over: string | undefined, field: string | undefined): number | undefined {
  if (over === undefined) return undefined;
  if (field === undefined) return fail('--over', 'absent beside --failing');
  const filter = parseFilter(`${field}>${over}`);
  const limit = filter.kind === 'test' && filter.test.kind === 'range' ? filter.test.bounds.gt : undefined;
  return limit ?? fail('--over', 'one value, such as 2s or $0.05');
}

/** @throws SpanlineError `ERR_INVALID_OPTION` for flags that do not go together */
function questionOfFlags(flags: Flags): ExplainQuestion {
  const [name, ...others] = NAMES.filter((one) => flags[one] !== undefined);
  if (name === undefined || others.length > 0) {
    return fail(NAMES.map((one) => `--${one}`).join(', '), 'given once, unless an alert is named');
  }
  const { measure, field } = MEASURES[name];
  const subject = flags[name] ?? '';
  const limit = limitOf(flags.over, field);
  const bounded = limit === undefined ? {} : { limit };
  if (measure === 'score') {
    const step = flags.step === undefined ? {} : { step: flags.step };
    return { measure, score: subject, isLow: name === 'low', ...step, ...bounded };
  }
  if (flags.step !== undefined) return fail('--step', 'absent, except beside --low and --high');
  return { measure, ...(subject === REQUESTS ? {} : { step: subject }), ...bounded };
}

const missing = (problem: string): never => {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
};

/** @param given - an alert line, or an id of one in the log */
async function questionOf(query: Query, given: string, read: ReadOptions): Promise<ExplainQuestion> {
  if (!given.trimStart().startsWith('{')) {
    return (await query.alert(given, read)) ?? missing(`no alert has the id or the name ${JSON.stringify(given)}`);
  }
  const record = parseLine(given)?.record;
  if (record === undefined) return missing('the alert line is no JSON');
  const key = record['spanline.alert.dedup_key'];
  return (key === undefined ? undefined : await query.alert(key, read)) ?? questionOfAlert(record);
}

/** The question of a command line. @throws SpanlineError `ERR_INVALID_OPTION` if it asks nothing, or too much */
export async function readQuestion(
  query: Query,
  flags: Flags,
  alert: string | undefined,
  read: ReadOptions,
): Promise<ExplainQuestion> {
  if (alert === undefined) return questionOfFlags(flags);
  const question = await questionOf(query, alert, read);
  if (flags.over !== undefined || flags.step !== undefined) return fail('--over, --step', 'absent beside an alert');
  return question;
}
