import { grownStep } from './grown-step.ts';
import { count, median, quantile } from './numbers.ts';
import { type RecentTraces, stepOf, type TraceFacts } from './trace-facts.ts';
import type { LikelyCause } from './types.ts';

const REPEATED = 3;
const LEAST_USUAL = 3;
const LEAST_UNUSUAL = 2;
const CLEAR_DIFFERENCE = 3;
const MUCH_REPEATED = 0.5;
/** A model of so small a share of the traces is unusual. */
const RARE = 0.2;

/** What an alert is about. */
export interface Suspect {
  readonly metric: string;
  readonly step: string | undefined;
  /** Traces that are bad. */
  readonly exemplars: readonly TraceFacts[];
  /** Beginning of the window. */
  readonly from: number;
}

/** An agent in a circle. */
function repeatedCalls(exemplars: readonly TraceFacts[]): LikelyCause | undefined {
  const calls = exemplars.flatMap(({ toolCalls }) => [...(toolCalls?.values() ?? [])]);
  const [most] = calls.toSorted((a, b) => b.times - a.times);
  if (most === undefined || most.times < REPEATED) return undefined;
  const evidence = `One trace makes the same tool call ${most.times} times: ${most.shown}`;
  return { cause: 'repeated_tool_calls', evidence };
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

/** Does the step take longer where a retriever of the same trace gave more documents? The number is sought that separates best. */
function manyDocuments(step: string, all: readonly TraceFacts[]): LikelyCause | undefined {
  const samples = all.flatMap((facts) => {
    const { retrieved } = facts;
    const ms = stepOf(facts, step)?.ms;
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

/** Where most of the errors arise. */
function failingStep(metric: string, exemplars: readonly TraceFacts[]): LikelyCause | undefined {
  if (!/^(?:errors?|availability|timeouts?|tool_error)/.test(metric)) return undefined;
  const times = new Map<string, number>();
  for (const { failure } of exemplars) {
    if (failure === undefined) continue;
    const what = `${failure.step} fails with ${failure.type}`;
    times.set(what, (times.get(what) ?? 0) + 1);
  }
  const [what, number] = [...times].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
  if (number === 0) return undefined;
  return { cause: 'failing_step', evidence: `${what} in ${number} of ${exemplars.length} traces` };
}

/** Someone has the model do something else. */
function injection(exemplars: readonly TraceFacts[]): LikelyCause | undefined {
  const found = exemplars.filter(({ injections }) => injections > 0);
  if (found.length === 0) return undefined;
  const scores = found.flatMap(({ injectionScore }) => injectionScore ?? []);
  const score = scores.length === 0 ? '' : `, with a score of up to ${Number(Math.max(...scores).toPrecision(2))}`;
  const evidence = `A prompt injection was found in ${found.length} of ${exemplars.length} traces${score}`;
  return { cause: 'prompt_injection', evidence };
}

/** A model that is new, or one that answers these traces and few others. */
function otherModel(exemplars: readonly TraceFacts[], traces: RecentTraces, from: number): LikelyCause | undefined {
  const [fresh] = traces.newModels(from);
  if (fresh !== undefined) {
    return { cause: 'model_changed', evidence: `${fresh} has answered since the window began, and never before` };
  }
  const others = traces.except(exemplars).filter(({ models }) => models.length > 0);
  if (others.length < LEAST_USUAL * 2) return undefined;
  for (const model of new Set(exemplars.flatMap(({ models }) => models))) {
    const here = exemplars.filter(({ models }) => models.includes(model)).length;
    const there = others.filter(({ models }) => models.includes(model)).length;
    if (here * 2 < exemplars.length || there > others.length * RARE) continue;
    const evidence = `${model} answers in ${here} of ${exemplars.length} traces, and in ${there} of ${others.length} others`;
    return { cause: 'model_changed', evidence };
  }
  return undefined;
}

/** Likely causes, by what the traces show; none is made up. */
export function likelyCauses(traces: RecentTraces, { metric, step, exemplars, from }: Suspect): LikelyCause[] {
  const recent = traces.since(from);
  const grown = step === undefined ? grownStep(metric, exemplars, traces.except(exemplars)) : undefined;
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
