import type { RecentTraces, TraceFacts } from './trace-facts.ts';
import type { LikelyCause } from './types.ts';

const REPEATED = 3;
const LEAST_USUAL = 3;
const LEAST_UNUSUAL = 2;
const CLEAR_DIFFERENCE = 3;
const MUCH_REPEATED = 0.5;
const MAX_CALL = 80;

/** What an alert is about. */
export interface Suspect {
  readonly metric: string;
  readonly step: string | undefined;
  readonly traceIds: readonly string[];
  /** Beginning of the window. */
  readonly from: number;
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** An agent in a circle. */
function repeatedCalls(exemplars: readonly TraceFacts[]): LikelyCause | undefined {
  const calls = exemplars.flatMap(({ toolCalls }) => [...toolCalls]);
  const [call, times] = calls.toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
  if (times < REPEATED) return undefined;
  const shown = call.length > MAX_CALL ? `${call.slice(0, MAX_CALL)}…` : call;
  return { cause: 'repeated_tool_calls', evidence: `One trace makes the same tool call ${times} times: ${shown}` };
}

/** A model that does not stop. */
function runaway(exemplars: readonly TraceFacts[]): LikelyCause | undefined {
  const cut = exemplars.filter((facts) => facts.cutOff > 0).length;
  const repeats = Math.max(0, ...exemplars.map((facts) => facts.repeats));
  const evidence = [
    ...(cut > 0 && cut * 2 >= exemplars.length
      ? [`in ${cut} of ${exemplars.length} traces an answer reached the limit of its length (finish_reason length)`]
      : []),
    ...(repeats >= MUCH_REPEATED ? [`an answer repeats itself to ${Math.round(repeats * 100)} %`] : []),
  ];
  if (evidence.length === 0) return undefined;
  const sentence = evidence.join(', and ');
  return { cause: 'runaway_generation', evidence: `${sentence[0]?.toUpperCase()}${sentence.slice(1)}` };
}

function longInput(exemplars: readonly TraceFacts[], all: readonly TraceFacts[]): LikelyCause | undefined {
  const longest = Math.max(0, ...exemplars.map(({ inputTokens }) => inputTokens));
  const usual = all.map(({ inputTokens }) => inputTokens).filter((tokens) => tokens > 0);
  if (usual.length < LEAST_USUAL * 2 || longest < 2 * median(usual)) return undefined;
  const share = usual.filter((tokens) => tokens < longest).length / usual.length;
  const evidence = `A call has ${count(longest)} input tokens, more than ${Math.floor(share * 100)} % of the traces; half of them have at most ${count(median(usual))}`;
  return { cause: 'long_input', evidence };
}

function slowStep(exemplars: readonly TraceFacts[]): LikelyCause | undefined {
  const times = new Map<string, number[]>();
  for (const { slowest, steps } of exemplars) {
    const longest = Math.max(...steps.values());
    if (slowest !== undefined && slowest.ms * 3 >= longest)
      times.set(slowest.name, [...(times.get(slowest.name) ?? []), slowest.ms]);
  }
  const [name, spent] = [...times].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  if (name === undefined || spent === undefined || spent.length * 2 < exemplars.length) return undefined;
  const evidence = `${name} is the slowest step of ${spent.length} of ${exemplars.length} traces, up to ${count(Math.max(...spent))} ms by itself`;
  return { cause: 'slow_step', evidence };
}

/** Does the step take longer where a retriever of the same trace gave more documents? The number is sought that separates best. */
function manyDocuments(step: string, all: readonly TraceFacts[]): LikelyCause | undefined {
  const samples = all.flatMap(({ retrieved, steps }) => {
    const ms = steps.get(step);
    return retrieved === undefined || ms === undefined ? [] : [{ retrieved, ms }];
  });
  let best: { limit: number; few: number[]; many: number[]; ratio: number } | undefined;
  for (const limit of new Set(samples.map(({ retrieved }) => retrieved))) {
    const few = samples.filter(({ retrieved }) => retrieved <= limit).map(({ ms }) => ms);
    const many = samples.filter(({ retrieved }) => retrieved > limit).map(({ ms }) => ms);
    if (few.length < LEAST_USUAL || many.length < LEAST_UNUSUAL) continue;
    // The tenth that is nearest to the other side decides: a limit that leaves slow ones among the fast ones is no limit.
    const ratio = quantile(many, 0.1) / Math.max(quantile(few, 0.9), 1);
    if (ratio > (best?.ratio ?? CLEAR_DIFFERENCE) || (ratio === best?.ratio && limit > best.limit))
      best = { limit, few, many, ratio };
  }
  if (best === undefined) return undefined;
  const { limit, few, many } = best;
  const evidence = `${step} takes ${count(median(many))} ms (${many.length} traces) where more than ${limit} documents were retrieved, and ${count(median(few))} ms (${few.length} traces) otherwise`;
  return { cause: 'many_documents', evidence };
}

function newModel(traces: RecentTraces, from: number): LikelyCause | undefined {
  const [model] = traces.newModels(from);
  return model === undefined
    ? undefined
    : { cause: 'model_changed', evidence: `${model} has answered since the window began, and never before` };
}

/** Likely causes, by what the traces show; none is made up. */
export function likelyCauses(traces: RecentTraces, suspect: Suspect): LikelyCause[] {
  const exemplars = suspect.traceIds.map((traceId) => traces.get(traceId)).filter((facts) => facts !== undefined);
  const recent = traces.since(suspect.from);
  return [
    suspect.step === undefined ? undefined : manyDocuments(suspect.step, recent),
    repeatedCalls(exemplars),
    runaway(exemplars),
    longInput(exemplars, recent),
    suspect.step === undefined && /latency|timeout/.test(suspect.metric) ? slowStep(exemplars) : undefined,
    newModel(traces, suspect.from),
  ].filter((cause) => cause !== undefined);
}
