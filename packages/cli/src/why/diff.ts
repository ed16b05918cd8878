/** `spanline diff`: two logs, one log before and after a time, or two traces. */

import {
  allOf,
  alignTraces,
  type Comparison,
  compareSides,
  createSide,
  type Filter,
  findTrace,
  type Query,
  type ReadOptions,
  type Side,
  type TimeRange,
  type Trace,
} from '@spanline/query';
import { SpanlineError } from '@spanline/record';
import { fail } from '../fail.ts';
import type { Report } from '../report/index.ts';
import { defineQuestion, timeRange } from '../source/index.ts';
import { comparisonBlocks, traceBlocks } from './diff-blocks.ts';

const HELP = `spanline diff a.ndjson b.ndjson
spanline diff [source] [filter] --before time [--after time]
spanline diff [source] <trace> <trace>

Compares two logs, or one log before and after a time: latency, errors, tokens, cost and scores of each step, with the
interval of each difference (95 %). A mark stands where the difference is one, also in view of the number of figures.
Of two traces, it shows the steps next to each other and the inputs that differ. A trace is named by the id of a trace, a
span or a request.

  --before time      the first side ends here
  --after time       the second side begins here (where the first ends)
  --all              all figures, also those without a change
`;

/** The range of one side. An error names the flag that it came from. */
function sideRange(range: TimeRange, flag: string): Filter {
  return timeRange(range, () => flag);
}

async function sideOf(query: Query, filter: Filter, read: ReadOptions): Promise<Side> {
  const side = createSide();
  for await (const { kind, record } of query.records(filter, read)) side.add(kind, record);
  return side.end();
}

function comparisonReport(comparison: Comparison, isAll: boolean): Report {
  const isOk = comparison.before > 0 && comparison.after > 0;
  return { blocks: comparisonBlocks(comparison, isAll), data: comparison, isOk };
}

async function traceOf(query: Query, id: string, read: ReadOptions): Promise<Trace> {
  const found = await findTrace(query, id, read);
  if ('trace' in found) return found.trace;
  const { candidates } = found;
  const problem =
    candidates.length === 0
      ? `no line has the id ${JSON.stringify(id)}`
      : `several ids begin with ${JSON.stringify(id)}: ${candidates.join(', ')}`;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
}

/** Runs `spanline diff`. */
export const diff = defineQuestion({
  name: 'diff',
  help: HELP,
  flags: { before: 'text', after: 'text', all: 'switch' },
  words: ({ before, after }, { sources }) =>
    before === undefined && after === undefined && sources.length < 2 ? 2 : 0,
  async answer({ query, sources, openOne, filter, words: [first, second], flags, read }): Promise<Report> {
    const { before, after, all = false } = flags;
    if (before !== undefined || after !== undefined) {
      const to = before ?? after ?? '';
      const one = await sideOf(
        query,
        allOf(filter, sideRange({ to }, before === undefined ? '--after' : '--before')),
        read,
      );
      return comparisonReport(
        compareSides(
          one,
          await sideOf(
            query,
            allOf(filter, sideRange({ from: after ?? to }, after === undefined ? '--before' : '--after')),
            read,
          ),
        ),
        all,
      );
    }
    if (first !== undefined && second !== undefined) {
      const steps = alignTraces(await traceOf(query, first, read), await traceOf(query, second, read));
      return { blocks: traceBlocks(steps), data: steps };
    }
    const [a, b, ...others] = sources;
    if (a === undefined || b === undefined || others.length > 0 || first !== undefined) {
      return fail('two sources, two traces, or --before', 'given');
    }
    const sides = [await sideOf(openOne(a), filter, read), await sideOf(openOne(b), filter, read)] as const;
    return comparisonReport(compareSides(...sides), all);
  },
});
