import type { Tracer } from '@spanline/core';
import { bag, type Bag, type Guard, isObject, classNameOf, type Method, type Patches } from '@spanline/instrumentation';
import { readStep, watchRuns } from './agents.ts';
import type { CallTracer, ReadCall } from './call.ts';
import { readChatEngine, readLegacyAgent, readQuery, readSynthesize, readTool } from './engines.ts';
import {
  readIndexBuilding,
  readIndexInit,
  readIngestion,
  readInsertion,
  readNodeParsing,
  readSelection,
} from './indexing.ts';
import { readChat, readComplete } from './llm.ts';
import type { Operation } from './operations.ts';
import { createProviderClients, listenFor } from './provider-client.ts';
import { readBatchEmbedding, readPostprocess, readQueryEmbedding, readRetrieve, readVectorQuery } from './retrieval.ts';

/** Where components keep the components they work with. */
const COLLABORATORS = [
  'llm',
  'chatModel',
  'embedModel',
  'retriever',
  'index',
  'vectorStore',
  'responseSynthesizer',
  'contextGenerator',
  'queryEngine',
  'selector',
  'questionGen',
  'summarizer',
] as const;
const COLLECTIONS = ['nodePostprocessors', 'vectorStores', 'tools', 'queryEngineTools', 'queryEngines'] as const;

/** Components that hold components that hold components; a bound where they hold each other. */
const MAX_DEPTH = 3;

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Traces components. What a component calls is found by walking to its collaborators when it is called, so that it needs no list of providers and no base classes. */
export interface Reach {
  /** Traces a component of whatever kind, by the methods it has. */
  component(value: unknown): void;
  /** Traces a class by its prototype. */
  prototype(prototype: unknown): void;
  /** Traces a class that builds indexes by a static method. */
  index(constructor: unknown): void;
}

/** A component that answers `chat` itself inherits `complete` from a base class that only calls it. */
function hasOwnCompletion(llm: object): boolean {
  for (let object: object | null = llm; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    if (Object.hasOwn(object, 'complete')) return classNameOf(object) !== 'BaseLLM';
  }
  return false;
}

/** What the walk works with. */
export interface ReachTools {
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly patches: Patches;
  readonly calls: CallTracer;
  readonly streamUsage: boolean;
}

/** Creates the walk. */
export function createReach({ tracer, guard, patches, calls, streamUsage }: ReachTools): Reach {
  const known = new WeakSet<object>();
  const holders = new WeakSet<object>();
  const clients = createProviderClients(patches, guard);

  function collaborators(self: object, depth = 0): void {
    const source = self as Bag;
    for (const key of COLLABORATORS) reached(source[key], depth);
    for (const key of COLLECTIONS) {
      const collection = source[key];
      const members = Array.isArray(collection) ? (collection as unknown[]) : Object.values(bag(collection));
      for (const member of members) reached(bag(member)['queryEngine'] ?? member, depth);
    }
  }

  /** A carrier's collaborators are looked at on every call: they may have been exchanged. */
  function carrier(target: object, name: string, operation: Operation, read: ReadCall): void {
    leaf(target, name, operation, (self, args) => {
      collaborators(self);
      return read(self, args);
    });
  }

  function leaf(target: object, name: string, operation: Operation, read: ReadCall): void {
    patches.method(target, name, calls.traced(operation, read));
  }

  /** A component of a provider package. */
  function model(target: object, name: string, operation: Operation, read: ReadCall): void {
    leaf(target, name, operation, (self, args) => {
      const call = read(self, args);
      return call !== undefined && clients.of(self) ? { ...call, begin: listenFor } : call;
    });
  }

  function llm(target: object): void {
    model(target, 'chat', 'llm', (self, args) => {
      const { tools } = bag(args[0]);
      if (Array.isArray(tools)) for (const tool of tools) component(tool);
      return readChat(self, args, streamUsage);
    });
    if (hasOwnCompletion(target)) model(target, 'complete', 'llm', readComplete);
  }

  /** A context is made for every run; what it runs on is made with the agent, so that it is found when the agent is first used. */
  function watchContexts(workflow: object): void {
    const { agents, workflow: inner } = bag(workflow);
    const members = bag(agents)['values'];
    if (isFunction(members)) for (const agent of (agents as Map<unknown, unknown>).values()) component(agent);
    patches.method(
      bag(inner),
      'createContext',
      (original) =>
        function createContext(this: object, ...args: unknown[]): unknown {
          const context = Reflect.apply(original, this, args);
          if (calls.isActive() && calls.isIncluded('agent'))
            guard('llamaindex agent', () => watchRuns(tracer, guard, workflow, bag(context)));
          return context;
        },
    );
  }

  function agentWorkflow(target: object): void {
    const entry = (original: Method): Method =>
      function traced(this: object, ...args: unknown[]): unknown {
        if (calls.isActive()) guard('llamaindex agent', () => watchContexts(this));
        return Reflect.apply(original, this, args);
      };
    patches.method(target, 'runStream', entry);
    patches.method(target, 'createContext', entry);
  }

  /** False where no call leads through the component. */
  function patch(target: object): boolean {
    const source = target as Bag;
    const has = (name: string): boolean => isFunction(source[name]);
    if (has('getQueryEmbedding')) {
      model(target, 'getQueryEmbedding', 'embed', readQueryEmbedding);
      model(target, 'getTextEmbeddingsBatch', 'embed', readBatchEmbedding);
    } else if (has('postprocessNodes')) {
      carrier(target, 'postprocessNodes', 'rerank', readPostprocess);
    } else if (has('synthesize')) {
      carrier(target, 'synthesize', 'synthesize', readSynthesize);
    } else if (has('_query') || (has('query') && has('retrieve'))) {
      carrier(target, 'query', 'query', readQuery);
      carrier(target, '_query', 'query', readQuery);
    } else if (has('retrieve')) {
      carrier(target, 'retrieve', 'retrieve', readRetrieve);
    } else if (has('query') && (has('add') || has('delete'))) {
      leaf(target, 'query', 'vector_search', readVectorQuery);
    } else if (has('chat') && (has('complete') || has('streamChat') || 'metadata' in source) && !has('reset')) {
      llm(target);
    } else if (has('chat')) {
      const legacy = has('createTask');
      carrier(target, 'chat', legacy ? 'agent' : 'chat_engine', legacy ? readLegacyAgent : readChatEngine);
    } else if (has('takeStep')) {
      carrier(target, 'takeStep', 'step', readStep);
    } else if (has('runStream') && has('createContext')) {
      agentWorkflow(target);
    } else if (has('select') && has('_select')) {
      carrier(target, 'select', 'select', readSelection);
    } else if (has('run') && has('prepareInput')) {
      carrier(target, 'run', 'ingest', readIngestion);
    } else if (has('getNodesFromDocuments')) {
      carrier(target, 'getNodesFromDocuments', 'parse', readNodeParsing);
    } else if (has('call') && 'metadata' in source) {
      carrier(target, 'call', 'tool', readTool);
    } else {
      if (has('insert') && (has('insertNodes') || has('retriever'))) carrier(target, 'insert', 'index', readInsertion);
      return false;
    }
    return true;
  }

  /** What no call leads through (an index, a context generator) is looked at again with the component that holds it. */
  function reached(value: unknown, depth: number): void {
    if (!isObject(value)) return;
    if (known.has(value)) {
      if (depth < MAX_DEPTH && holders.has(value)) collaborators(value, depth + 1);
      return;
    }
    known.add(value);
    if (!patch(value)) holders.add(value);
    collaborators(value);
  }

  function component(value: unknown): void {
    reached(value, 0);
  }

  return {
    component,
    index(constructor): void {
      if (!isFunction(constructor)) return;
      carrier(constructor as object, 'fromDocuments', 'index', readIndexBuilding);
      carrier(constructor as object, 'init', 'index', readIndexInit);
    },
    prototype(prototype): void {
      if (typeof prototype === 'object' && prototype !== null) patch(prototype);
    },
  };
}
