/** Names and types of components and chain-like runs. */

import type { SpanType } from '@spanline/core';
import { props, text } from '@spanline/instrumentation';
import type { RunStart } from './run-start.ts';

/** Class of a serialised component: the last part of its id. */
export function serializedClass(serialized: unknown): string | undefined {
  const { id, name } = props(serialized);
  return text(Array.isArray(id) ? id.at(-1) : undefined) ?? text(name);
}

/** A run that LangChain reports with `handleChainStart`. */
export interface ChainRun {
  /** LangChain's class: `RunnableSequence`. */
  readonly className: string | undefined;
  readonly name: string;
  readonly type: SpanType;
  readonly isRoot: boolean;
  readonly tags: readonly string[];
  /** The name of the graph node, if the run is one. */
  readonly node: string | undefined;
}

const GRAPHS: ReadonlySet<string> = new Set([
  'CompiledStateGraph',
  'CompiledGraph',
  'LangGraph',
  'Pregel',
  'RemoteGraph',
  'AgentExecutor',
]);

/** LangGraph passes a node's metadata to all runs inside it. The node itself is the run that has the node's name. */
function graphNodeOf(name: string, metadata: Readonly<Record<string, unknown>>): string | undefined {
  const node = text(metadata['langgraph_node']);
  return node === name ? node : undefined;
}

function chainType(runType: unknown, className: string | undefined): SpanType {
  if (runType === 'prompt' || runType === 'parser') return runType;
  if (runType === 'llm') return 'llm';
  return className !== undefined && GRAPHS.has(className) ? 'agent' : 'chain';
}

/** Reads the start of a chain-like run. The application's name (`runName`) wins over the class name. */
export function readChainRun(chain: unknown, runType: unknown, runName: unknown, start: RunStart): ChainRun {
  const className = serializedClass(chain);
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

/** Glue classes, which people do not think of as steps of their program. */
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

/** True for a run without a span: one that LangChain hides, or unnamed glue below a root. */
export function isPlumbing({ isRoot, tags, name, type, node }: ChainRun): boolean {
  if (isRoot) return false;
  if (tags.includes(HIDDEN_TAG) || name.startsWith('__')) return true;
  if (type !== 'chain' || node !== undefined) return false;
  const inner = name.indexOf('<');
  return PLUMBING.has(inner < 0 ? name : name.slice(0, inner));
}
