/** Chains, graphs, nodes, prompts, parsers and decision models: everything that LangChain reports as a chain. */

import { callerSpan, type Guard, props, type Run } from '@spanline/instrumentation';
import { readDecision, readDecisionRequest } from '../models/decision.ts';
import { readModelRequest } from '../models/request.ts';
import { nodeAttributes } from '../objects/graph-node.ts';
import { type ChainRun, isPlumbing, readChainRun } from '../objects/names.ts';
import { promptName, readPrompt } from '../objects/prompt.ts';
import { readable } from '../objects/readable.ts';
import type { RunStart } from '../objects/run-start.ts';
import { applyPolicy, tracePolicyOf } from '../objects/trace-policy.ts';
import type { OpenRuns } from '../runs/open-runs.ts';
import { DEFAULT_TRAITS, type RunData } from '../runs/run-data.ts';

/** Arguments of `handleChainStart` about the chain itself. */
export interface ChainStart {
  readonly chain: unknown;
  readonly inputs: unknown;
  readonly runType: unknown;
  readonly runName: unknown;
  readonly extra: unknown;
  readonly keepsPlumbing: boolean;
}

/** Unwraps a value that is not an object: LangChain passes `{ input: 'question' }` and `{ output: 'answer' }`. */
function unwrapped(value: unknown, key: 'input' | 'output'): unknown {
  const source = props(value);
  const keys = Object.keys(source);
  return keys.length === 1 && keys[0] === key ? source[key] : value;
}

/** Span names of OpenTelemetry. A decision model has the model's name, unless the application gave it one. */
function spanName({ type, name, className }: ChainRun, model: string | undefined): string {
  if (type === 'agent') return `invoke_agent ${name}`;
  if (type === 'llm') return `chat ${name === className ? (model ?? name) : name}`;
  return name;
}

/**
 * Starts a chain-like run. Plumbing gets no span: the runs inside it are children of the enclosing span.
 *
 * @param guard - calls the application's trace policy
 */
export function startChain(runs: OpenRuns, guard: Guard, start: RunStart, given: ChainStart): void {
  const { chain, extra } = given;
  const policy = tracePolicyOf(extra);
  const inputs = applyPolicy(guard, policy?.processInputs, given.inputs);
  const run = readChainRun(chain, given.runType, given.runName, start);
  const { name, type, node, className } = run;
  const triesFallbacks = className === 'RunnableWithFallbacks';
  const outer = runs.outer(start.parentRunId);
  const enclosing = given.keepsPlumbing
    ? undefined
    : (outer?.span ?? runs.spanElsewhere(start.parentRunId) ?? callerSpan());
  if (enclosing !== undefined && isPlumbing(run)) {
    runs.startHidden(start, enclosing, { ...DEFAULT_TRAITS, triesFallbacks });
    return;
  }
  const defersInput = props(extra)['lc_defers_inputs'] === true;
  const decision = type === 'llm' ? readModelRequest(chain, extra, start.metadata, className) : undefined;
  const options = { name: spanName(run, decision?.model), type };
  const nodeInput = node === undefined ? undefined : (inputs ?? {});
  const span = runs.start(start, options, { triesFallbacks, defersInput, nodeInput, retryKey: undefined, policy });
  if (span === undefined) return;
  if (decision !== undefined) span.set(decision.attributes).set(readDecisionRequest(inputs));
  else if (!defersInput) span.input(readable(unwrapped(inputs, 'input')));
  if (node !== undefined) span.set(nodeAttributes(node, start.metadata));
  if (type === 'agent') span.set({ 'gen_ai.agent.name': name });
  if (type !== 'prompt') return;
  span.set(readPrompt(chain, start.metadata));
  if (outer !== undefined) outer.data.prompt = promptName(start.metadata);
}

/** The payloads that LangChain reports with the end of a chain. */
export interface ChainEnd {
  readonly outputs: unknown;
  /** Its input, if LangChain did not have it at the start. */
  readonly inputs: unknown;
}

/**
 * Sets the output of a chain-like run.
 *
 * @param guard - calls the application's trace policy
 * @returns the output that may be recorded
 */
export function describeChainEnd({ span, data }: Run<RunData>, guard: Guard, end: ChainEnd): unknown {
  const outputs = applyPolicy(guard, data.policy?.processOutputs, end.outputs);
  if (span.type === 'llm') {
    span.set(readDecision(outputs));
    return outputs;
  }
  if (data.defersInput && end.inputs !== undefined) {
    const inputs = applyPolicy(guard, data.policy?.processInputs, end.inputs);
    if (inputs !== undefined) span.input(readable(unwrapped(inputs, 'input')));
  }
  span.output(readable(unwrapped(outputs, 'output')));
  return outputs;
}
