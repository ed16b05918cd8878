import { bag, callerSpan, type Run } from '@spanline/instrumentation';
import { readDecision, readDecisionRequest } from './decisions.ts';
import { nodeAttributes } from './graph.ts';
import { readable } from './messages.ts';
import { readModelCall } from './model-call.ts';
import { chainFacts, isPlumbing, type RunFacts } from './names.ts';
import type { OpenRuns } from './open-runs.ts';
import { promptName, readPrompt } from './prompts.ts';
import { type RunData, USUAL } from './run-data.ts';
import type { Start } from './start.ts';

/** What `handleChainStart` is given about the chain itself. */
export interface ChainStart {
  readonly chain: unknown;
  readonly inputs: unknown;
  readonly runType: unknown;
  readonly runName: unknown;
  readonly extra: unknown;
  readonly keepsPlumbing: boolean;
}

/** LangChain wraps values that are no objects: `{ input: 'question' }`, `{ output: 'answer' }`. */
function unwrapped(value: unknown, key: 'input' | 'output'): unknown {
  const source = bag(value);
  const keys = Object.keys(source);
  return keys.length === 1 && keys[0] === key ? source[key] : value;
}

/** Names as OpenTelemetry has them; a model is told by its own name unless the application gave one. */
function spanName({ type, name, className }: RunFacts, model: string | undefined): string {
  if (type === 'agent') return `invoke_agent ${name}`;
  if (type === 'llm') return `chat ${name === className ? (model ?? name) : name}`;
  return name;
}

/** Starts a chain, graph, node, prompt, parser or decision. Plumbing gets no span: what runs inside it stands under the run around it. */
export function startChain(runs: OpenRuns, start: Start, given: ChainStart): void {
  const { chain, inputs, extra } = given;
  const facts = chainFacts(chain, given.runType, given.runName, start);
  const { name, type, node, className } = facts;
  const triesFallbacks = className === 'RunnableWithFallbacks';
  const outer = runs.outerOf(start.parentRunId);
  const around = given.keepsPlumbing ? undefined : (outer?.span ?? callerSpan());
  if (around !== undefined && isPlumbing(facts)) {
    runs.alias(start, around, { ...USUAL, triesFallbacks });
    return;
  }
  const defersInput = bag(extra)['lc_defers_inputs'] === true;
  const decision = type === 'llm' ? readModelCall(chain, extra, start.metadata, className) : undefined;
  const options = { name: spanName(facts, decision?.model), type };
  const nodeInput = node === undefined ? undefined : inputs;
  const span = runs.begin(start, options, { triesFallbacks, defersInput, nodeInput, call: undefined });
  if (span === undefined) return;
  if (decision !== undefined) span.set(decision.attributes).set(readDecisionRequest(inputs));
  else if (!defersInput) span.input(readable(unwrapped(inputs, 'input')));
  if (node !== undefined) span.set(nodeAttributes(node, start.metadata));
  if (type === 'agent') span.set({ 'gen_ai.agent.name': name });
  if (type !== 'prompt') return;
  span.set(readPrompt(chain, start.metadata));
  if (outer !== undefined) outer.data.prompt = promptName(start.metadata);
}

/** Says what came of a chain. */
export function describeChainEnd({ span, data }: Run<RunData>, outputs: unknown, kwargs: unknown): void {
  if (span.type === 'llm') {
    span.set(readDecision(outputs));
    return;
  }
  const { inputs } = bag(kwargs);
  if (data.defersInput && inputs !== undefined) span.input(readable(unwrapped(inputs, 'input')));
  span.output(readable(unwrapped(outputs, 'output')));
}
