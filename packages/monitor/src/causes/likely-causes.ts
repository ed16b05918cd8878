import type { LikelyCause } from '../alerts/alert.ts';
import type { RecentTraces } from './recent-traces.ts';
import { formatCount, median, quantile } from './statistics.ts';
import { stepRegression } from './step-regression.ts';
import { stepOf, type TraceSummary } from './trace-summary.ts';

const MIN_REPEATED_CALLS = 3;
const MIN_USUAL_TRACES = 3;
const MIN_UNUSUAL_TRACES = 2;
const MIN_DURATION_RATIO = 3;
const MIN_REPEAT_RATIO = 0.5;
/** A model is unusual if it answers at most this share of the other traces. */
const RARE_SHARE = 0.2;

/** The alert to explain. */
export interface Incident {
  readonly metric: string;
  readonly step: string | undefined;
  /** Bad traces. */
  readonly exemplars: readonly TraceSummary[];
  /** Start of the window. */
  readonly from: number;
}

/** An agent that loops. */
function repeatedCalls(exemplars: readonly TraceSummary[]): LikelyCause | undefined {
  const calls = exemplars.flatMap(({ toolCalls }) => [...(toolCalls?.values() ?? [])]);
  const [most] = calls.toSorted((a, b) => b.count - a.count);
  if (most === undefined || most.count < MIN_REPEATED_CALLS) return undefined;
  const evidence = `One trace makes the same tool call ${most.count} times: ${most.label}`;
  return { cause: 'repeated_tool_calls', evidence };
}

/** A model that does not stop. */
function runaway(exemplars: readonly TraceSummary[]): LikelyCause | undefined {
  const truncated = exemplars.filter(({ truncatedAnswers }) => truncatedAnswers > 0).length;
  const repeatRatio = Math.max(0, ...exemplars.map((trace) => trace.repeatRatio));
  const evidence = [
    ...(truncated > 0 && truncated * 2 >= exemplars.length
      ? [`in ${truncated} of ${exemplars.length} traces an answer reached its limit of tokens`]
      : []),
    ...(repeatRatio >= MIN_REPEAT_RATIO ? [`an answer repeats itself to ${Math.round(repeatRatio * 100)} %`] : []),
  ];
  if (evidence.length === 0) return undefined;
  const sentence = evidence.join(', and ');
  return { cause: 'runaway_generation', evidence: `${sentence[0]?.toUpperCase()}${sentence.slice(1)}` };
}

function longInput(exemplars: readonly TraceSummary[], recent: readonly TraceSummary[]): LikelyCause | undefined {
  const longest = Math.max(0, ...exemplars.map(({ inputTokens }) => inputTokens));
  const usual = recent.map(({ inputTokens }) => inputTokens).filter((tokens) => tokens > 0);
  if (usual.length < MIN_USUAL_TRACES * 2 || longest < 2 * median(usual)) return undefined;
  const share = usual.filter((tokens) => tokens < longest).length / usual.length;
  const evidence = `A call has ${formatCount(longest)} input tokens, more than ${Math.floor(share * 100)} % of the traces; half of them have at most ${formatCount(median(usual))}`;
  return { cause: 'long_input', evidence };
}

/** A step that is slow for many documents: finds the number of documents that best separates slow from fast traces. */
function manyDocuments(step: string, recent: readonly TraceSummary[]): LikelyCause | undefined {
  const samples = recent.flatMap((trace) => {
    const { documents } = trace;
    const durationMs = stepOf(trace, step)?.durationMs;
    return documents === undefined || durationMs === undefined ? [] : [{ documents, durationMs }];
  });
  let best: { limit: number; few: number[]; many: number[]; ratio: number } | undefined;
  for (const limit of new Set(samples.map(({ documents }) => documents))) {
    const few = samples.filter(({ documents }) => documents <= limit).map(({ durationMs }) => durationMs);
    const many = samples.filter(({ documents }) => documents > limit).map(({ durationMs }) => durationMs);
    if (few.length < MIN_USUAL_TRACES || many.length < MIN_UNUSUAL_TRACES) continue;
    // Compares the fast tenth of one side with the slow tenth of the other: a good limit leaves no overlap.
    const ratio = quantile(many, 0.1) / Math.max(quantile(few, 0.9), 1);
    if (ratio > (best?.ratio ?? MIN_DURATION_RATIO) || (ratio === best?.ratio && limit > best.limit)) {
      best = { limit, few, many, ratio };
    }
  }
  if (best === undefined) return undefined;
  const { limit, few, many } = best;
  const evidence = `${step} takes ${formatCount(median(many))} ms (${many.length} traces) where more than ${limit} documents were retrieved, and ${formatCount(median(few))} ms (${few.length} traces) otherwise`;
  return { cause: 'many_documents', evidence };
}

/** The step in which most of the errors arise. */
function failingStep(metric: string, exemplars: readonly TraceSummary[]): LikelyCause | undefined {
  if (!/^(?:errors?|availability|timeouts?|(?:tool|llm)_error)/.test(metric)) return undefined;
  const counts = new Map<string, number>();
  for (const { failure } of exemplars) {
    if (failure === undefined) continue;
    const text = `${failure.step} fails with ${failure.type}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [text, count] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
  if (count === 0) return undefined;
  return { cause: 'failing_step', evidence: `${text} in ${count} of ${exemplars.length} traces` };
}

function injection(exemplars: readonly TraceSummary[]): LikelyCause | undefined {
  const found = exemplars.filter(({ injections }) => injections > 0);
  if (found.length === 0) return undefined;
  const scores = found.flatMap(({ injectionScore }) => injectionScore ?? []);
  const score = scores.length === 0 ? '' : `, with a score of up to ${Number(Math.max(...scores).toPrecision(2))}`;
  const evidence = `A prompt injection was found in ${found.length} of ${exemplars.length} traces${score}`;
  return { cause: 'prompt_injection', evidence };
}

/** A model that is new, or that answers the bad traces and few others. */
function otherModel(exemplars: readonly TraceSummary[], traces: RecentTraces, from: number): LikelyCause | undefined {
  const [fresh] = traces.newModels(from);
  if (fresh !== undefined) {
    return { cause: 'model_changed', evidence: `${fresh} has answered since the window began, and never before` };
  }
  const others = traces.except(exemplars).filter(({ models }) => models.length > 0);
  if (others.length < MIN_USUAL_TRACES * 2) return undefined;
  for (const model of new Set(exemplars.flatMap(({ models }) => models))) {
    const here = exemplars.filter(({ models }) => models.includes(model)).length;
    const there = others.filter(({ models }) => models.includes(model)).length;
    if (here * 2 < exemplars.length || there > others.length * RARE_SHARE) continue;
    const evidence = `${model} answers in ${here} of ${exemplars.length} traces, and in ${there} of ${others.length} others`;
    return { cause: 'model_changed', evidence };
  }
  return undefined;
}

/** Finds the causes for which the traces contain evidence. */
export function likelyCauses(traces: RecentTraces, { metric, step, exemplars, from }: Incident): LikelyCause[] {
  const recent = traces.since(from);
  const grown = step === undefined ? stepRegression(metric, exemplars, traces.except(exemplars)) : undefined;
  const slow = step ?? grown?.name;
  return [
    slow === undefined ? undefined : manyDocuments(slow, recent),
    failingStep(metric, exemplars),
    repeatedCalls(exemplars),
    injection(exemplars),
    runaway(exemplars),
    longInput(exemplars, recent),
    grown?.cause,
    otherModel(exemplars, traces, from),
  ].filter((cause) => cause !== undefined);
}
