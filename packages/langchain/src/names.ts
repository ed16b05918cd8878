import type { SpanType } from '@spanline/core';
import { bag, text } from '@spanline/instrumentation';
import type { Start } from './start.ts';

/** What a callback says of a chain-like run. */
export interface RunFacts {
  /** LangChain's class: `RunnableSequence`. */
  readonly className: string | undefined;
  readonly name: string;
  readonly type: SpanType;
  readonly isRoot: boolean;
  readonly tags: readonly string[];
  /** The graph's node that this run is, if it is one. */
  readonly node: string | undefined;
}

/** The last part of a serialised component's id is its class. */
export function classNameOf(serialized: unknown): string | undefined {
  const { id, name } = bag(serialized);
  return text(Array.isArray(id) ? id.at(-1) : undefined) ?? text(name);
}

const GRAPHS: ReadonlySet<string> = new Set([
  'CompiledStateGraph',
  'CompiledGraph',
  'LangGraph',
  'Pregel',
  'RemoteGraph',
  'AgentExecutor',
]);

/**
 * LangGraph reports each node by its name and everything within it with the same metadata.
 *
 * @returns the node that this run is, if it is one
 */
function graphNodeOf(name: string, metadata: Readonly<Record<string, unknown>>): string | undefined {
  const node = text(metadata['langgraph_node']);
  return node === name ? node : undefined;
}

/** The type of a chain-like run. */
function chainType(runType: unknown, className: string | undefined): SpanType {
  if (runType === 'prompt' || runType === 'parser') return runType;
  if (runType === 'llm') return 'llm';
  return className !== undefined && GRAPHS.has(className) ? 'agent' : 'chain';
}

/** Reads what a chain's start says; a name that the application gave goes before that of the class. */
export function chainFacts(chain: unknown, runType: unknown, runName: unknown, start: Start): RunFacts {
  const className = classNameOf(chain);
  const name = text(runName) ?? className ?? 'chain';
  return {
    className,
    name,
    type: chainType(runType, className),
    isRoot: start.parentRunId === undefined,
    tags: start.tags,
    node: graphNodeOf(name, start.metadata),
  };
}

/** Glue that people do not think of as a step of their program. */
const PLUMBING: ReadonlySet<string> = new Set([
  'RunnableSequence',
  'RunnableMap',
  'RunnableParallel',
  'RunnablePassthrough',
  'RunnableAssign',
  'RunnablePick',
  'RunnableLambda',
  'RunnableBinding',
  'RunnableEach',
  'RunnableBranch',
  'Branch',
  'RunnableWithFallbacks',
  'RunnableRetry',
  'RunnableCallable',
  'RunnableWithMessageHistory',
  'ChannelWrite',
  'ChannelRead',
]);

const HIDDEN_TAG = 'langsmith:hidden';

/**
 * True for runs that say nothing by themselves: what LangChain hides, and unnamed glue below a root. What runs inside them stands under the run around them.
 */
export function isPlumbing(facts: RunFacts): boolean {
  if (facts.isRoot) return false;
  if (facts.tags.includes(HIDDEN_TAG) || facts.name.startsWith('__')) return true;
  if (facts.type !== 'chain' || facts.node !== undefined) return false;
  const inner = facts.name.indexOf('<');
  return PLUMBING.has(inner < 0 ? facts.name : facts.name.slice(0, inner));
}

const OWN_TAGS = /^(?:seq:step:|map:key:|graph:step:|retry:attempt:|langsmith:|ls:)/;

/** Tags that the application gave; LangChain numbers its own steps with tags, too. */
export function userTags(tags: readonly string[]): string[] {
  return tags.filter((tag) => !OWN_TAGS.test(tag));
}

/** How often a step was tried, from the tag of `withRetry`. */
export function retryAttempt(tags: readonly string[]): number | undefined {
  const attempt = Number(tags.find((tag) => tag.startsWith('retry:attempt:'))?.slice('retry:attempt:'.length));
  return Number.isInteger(attempt) ? attempt : undefined;
}

const OWN_METADATA =
  /^(?:ls_|lc_|langgraph_|checkpoint_|__)|^(?:versions|thread_id|run_id|graph_id|assistant_id|task_id)$/;

/** Metadata that the application gave, as labels: its scalars. */
export function userMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const labels: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(metadata)) {
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (isScalar && !OWN_METADATA.test(key)) labels[key] = value;
  }
  return labels;
}
