/** The one trace of a command: by its id, by an alert, by the feedback of a user, or the worst by a measure. */

import {
  type ExplainQuestion,
  type Filter,
  findTrace,
  partOfTrace,
  type Query,
  type ReadOptions,
  type Trace,
} from '@spanline/query';
import { feedbackOf, SpanlineError, type SpanRecord } from '@spanline/record';
import { fail } from '../fail.ts';
import type { FlagValues } from '../flags.ts';
import { EXPLAIN_FLAGS, hasMeasure, readQuestion } from '../why/explain-flags.ts';

/** Flags that choose a trace. */
export const SELECT_FLAGS = { ...EXPLAIN_FLAGS, alert: 'text', feedback: 'text' } as const;

/** Help for them. */
export const SELECT_HELP = `
Instead of an id:
  --alert name       the worst trace of an alert: its name, its key, or the id of its line
  --feedback down    the newest trace that a user disliked (up: liked)
  --failing step     the newest trace in which a step failed; or --slow, --slow-start, --expensive, --tokens, --low, --high,
                     --step and --over, as in spanline explain: the worst trace
`;

/** A trace, and why it was chosen. */
export interface SelectedTrace {
  readonly trace: Trace;
  /** Asks what is bad about the trace. `undefined` for one that was named by its id. */
  readonly question: ExplainQuestion | undefined;
}

type SelectFlags = FlagValues<typeof SELECT_FLAGS>;

/** True if flags choose the trace, so that there is no id among the arguments. */
export const isSelected = ({ alert, feedback, ...flags }: SelectFlags): boolean =>
  alert !== undefined || feedback !== undefined || hasMeasure(flags);

const none = (problem: string): never => {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
};

/** A trace alone: a request, a session or a user may have several, of which the last is taken. */
async function oneTrace(query: Query, id: string, read: ReadOptions): Promise<Trace> {
  const found = await findTrace(query, id, read);
  if ('candidates' in found) {
    const { candidates } = found;
    return candidates.length === 0
      ? none(`no line has the id ${JSON.stringify(id)}; spanline ls lists traces`)
      : none(`several ids begin with ${JSON.stringify(id)}: ${candidates.join(', ')}`);
  }
  const { trace } = found;
  const last = trace.roots.at(-1)?.item.record.trace_id;
  if (last === undefined) return none(`the lines of ${JSON.stringify(id)} hold no span`);
  if (trace.by === 'trace' && trace.traceIds.length === 1) return trace;
  return (await query.trace(last, read)) ?? none(`no line has the id ${JSON.stringify(last)}`);
}

/** The trace of the newest score of this kind. */
async function likedTrace(query: Query, filter: Filter, wanted: string, read: ReadOptions): Promise<Trace> {
  if (wanted !== 'up' && wanted !== 'down') return fail('--feedback', 'up or down');
  let newest: SpanRecord | undefined;
  for await (const { record } of query.records(filter, read)) {
    if (feedbackOf(record) !== wanted) continue;
    if ((record['@timestamp'] ?? '') >= (newest?.['@timestamp'] ?? '')) newest = record;
  }
  const id = newest?.trace_id ?? newest?.span_id ?? newest?.['http.request.id'];
  if (id === undefined) return none(`no user said ${wanted} in these lines`);
  return oneTrace(query, id, read);
}

/** Chooses the trace of a command. @throws SpanlineError `ERR_INVALID_OPTION` if there is none, or flags contradict */
export async function selectTrace(
  query: Query,
  filter: Filter,
  flags: SelectFlags,
  id: string | undefined,
  read: ReadOptions,
): Promise<SelectedTrace> {
  const { alert, feedback, ...measures } = flags;
  const ways = [alert, feedback, hasMeasure(measures) || undefined].filter((one) => one !== undefined);
  if (ways.length > 1) return fail('--alert, --feedback and the measures', 'given alone');
  if (feedback !== undefined) return { trace: await likedTrace(query, filter, feedback, read), question: undefined };
  if (alert === undefined && !hasMeasure(measures)) {
    if (id === undefined) return fail('id', 'given: of a trace, request or span; or --alert, --feedback, --failing');
    return { trace: await oneTrace(query, id, read), question: undefined };
  }
  const question = await readQuestion(query, measures, alert, read);
  const { traceIds } = await query.explain(question, filter, read);
  const [worst] = traceIds;
  if (worst === undefined) return none('no trace of these lines is bad by this measure; spanline explain says more');
  return { trace: await oneTrace(query, worst, read), question };
}

/** The lines of one program of a trace. Scores have no program, and stay. @throws SpanlineError `ERR_INVALID_OPTION` */
export function traceOfService(trace: Trace, service: string): Trace {
  const names = new Set(trace.spans.map((record) => record['service.name'] ?? ''));
  const isOwn = (record: SpanRecord): boolean =>
    record['service.name'] === service || record['span.type'] === undefined;
  if (!names.has(service)) return fail('--service', `a program of this trace: ${[...names].join(', ')}`);
  return partOfTrace(trace, isOwn);
}
