/** The kinds of LlamaIndex's components, distinguished by their methods, and the methods of each that become spans. */

import { props, classNameOf } from '@spanline/instrumentation';
import {
  readChatEngine,
  readLegacyAgent,
  readQuery,
  readStep,
  readSynthesize,
  readTool,
} from '../components/engines.ts';
import { readIngestion, readInsertion, readNodeParsing, readSelection } from '../components/indexing.ts';
import { readChat, readComplete } from '../components/llm.ts';
import {
  readBatchEmbedding,
  readPostprocess,
  readQueryEmbedding,
  readRetrieve,
  readVectorQuery,
} from '../components/retrieval.ts';
import type { Operation } from '../tracing/operations.ts';
import type { ReadCall } from '../tracing/traced-call.ts';

/**
 * The objects that are looked at when a method is called:
 *
 * - `carrier`: the component's collaborators. They may have been exchanged since the last call.
 * - `model`: the SDK client of a provider's component.
 * - `llm`: the same, and the tools that the call offers.
 * - `leaf`: nothing.
 */
type Role = 'carrier' | 'model' | 'llm' | 'leaf';

/** A method that becomes a span. */
export interface TracedMethod {
  readonly name: string;
  readonly operation: Operation;
  readonly role: Role;
  readonly read: (self: object, args: readonly unknown[], streamUsage: boolean) => ReturnType<ReadCall>;
  /** @defaultValue every component of the kind */
  readonly appliesTo?: (component: object) => boolean;
}

/** A kind of component. */
export interface Kind {
  /** @param has - true for a method that the component has */
  is(has: (method: string) => boolean, component: object): boolean;
  readonly methods: readonly TracedMethod[];
  /** Its runs are traced by the workflow's events. */
  readonly isAgentWorkflow?: true;
  /** No call leads through it, so that it is looked at again with the component that holds it. */
  readonly isHolder?: true;
}

function method(role: Role, name: string, operation: Operation, read: TracedMethod['read']): TracedMethod {
  return { name, operation, role, read };
}

/** A class that answers `chat` itself inherits a `complete` that only calls it, from a base class. */
function hasOwnCompletion(llm: object): boolean {
  for (let object: object | null = llm; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    if (Object.hasOwn(object, 'complete')) return classNameOf(object) !== 'BaseLLM';
  }
  return false;
}

const completion: TracedMethod = {
  ...method('model', 'complete', 'llm', readComplete),
  appliesTo: hasOwnCompletion,
};

/** The first kind that applies counts. */
const KINDS: readonly Kind[] = [
  {
    is: (has) => has('getQueryEmbedding'),
    methods: [
      method('model', 'getQueryEmbedding', 'embed', readQueryEmbedding),
      method('model', 'getTextEmbeddingsBatch', 'embed', readBatchEmbedding),
    ],
  },
  {
    is: (has) => has('postprocessNodes'),
    methods: [method('carrier', 'postprocessNodes', 'rerank', readPostprocess)],
  },
  { is: (has) => has('synthesize'), methods: [method('carrier', 'synthesize', 'synthesize', readSynthesize)] },
  {
    is: (has) => has('_query') || (has('query') && has('retrieve')),
    methods: [method('carrier', 'query', 'query', readQuery), method('carrier', '_query', 'query', readQuery)],
  },
  { is: (has) => has('retrieve'), methods: [method('carrier', 'retrieve', 'retrieve', readRetrieve)] },
  {
    is: (has) => has('query') && (has('add') || has('delete')),
    methods: [method('leaf', 'query', 'vector_search', readVectorQuery)],
  },
  {
    is: (has, component) =>
      has('chat') && !has('reset') && (has('complete') || has('streamChat') || 'metadata' in component),
    methods: [method('llm', 'chat', 'llm', readChat), completion],
  },
  { is: (has) => has('chat') && has('createTask'), methods: [method('carrier', 'chat', 'agent', readLegacyAgent)] },
  { is: (has) => has('chat'), methods: [method('carrier', 'chat', 'chat_engine', readChatEngine)] },
  { is: (has) => has('takeStep'), methods: [method('carrier', 'takeStep', 'step', readStep)] },
  { is: (has) => has('runStream') && has('createContext'), methods: [], isAgentWorkflow: true },
  { is: (has) => has('select') && has('_select'), methods: [method('carrier', 'select', 'select', readSelection)] },
  { is: (has) => has('run') && has('prepareInput'), methods: [method('carrier', 'run', 'ingest', readIngestion)] },
  {
    is: (has) => has('getNodesFromDocuments'),
    methods: [method('carrier', 'getNodesFromDocuments', 'parse', readNodeParsing)],
  },
  {
    is: (has, component) => has('call') && 'metadata' in component,
    methods: [method('carrier', 'call', 'tool', readTool)],
  },
  {
    is: (has) => has('insert') && (has('insertNodes') || has('retriever')),
    methods: [method('carrier', 'insert', 'index', readInsertion)],
    isHolder: true,
  },
];

/** The kind of a component; `undefined` for any other object. */
export function componentKindOf(component: object): Kind | undefined {
  const source = props(component);
  const has = (name: string): boolean => typeof source[name] === 'function';
  return KINDS.find((kind) => kind.is(has, component));
}
