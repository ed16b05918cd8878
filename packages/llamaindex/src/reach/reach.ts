/**
 * Finds components by walking from each one to those it works with. This needs neither a list of providers nor
 * LlamaIndex's base classes.
 */

import type { Tracer } from '@spanline/core';
import { props, type Props, type Guard, isObject, list, type Method, type Patches } from '@spanline/instrumentation';
import { readIndexBuilding, readIndexInit } from '../components/indexing.ts';
import { createSdkClients, observeClient } from '../provider/sdk-clients.ts';
import type { CallTracer, ReadCall } from '../tracing/traced-call.ts';
import { watchAgentRuns } from '../workflows/agent-runs.ts';
import { componentKindOf, type TracedMethod } from './kinds.ts';

/** Properties with a component that a component works with. */
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
/** Properties with several. */
const COLLECTIONS = ['nodePostprocessors', 'vectorStores', 'tools', 'queryEngineTools', 'queryEngines'] as const;

/** A bound for components that hold each other. */
const MAX_DEPTH = 3;

/** Traces components and those that they work with. */
export interface Reach {
  /** Traces a component of any kind. */
  component(value: unknown): void;
  /** Traces a class, by its prototype. */
  prototype(prototype: unknown): void;
  /** Traces a class that builds indexes with a static method. */
  indexClass(value: unknown): void;
}

/** The tools of the walk. */
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
  const clients = createSdkClients(patches, guard);

  /** A holder that is known already is walked through again: what it holds may have been exchanged. */
  function reach(value: unknown, depth: number): void {
    if (!isObject(value)) return;
    if (!known.has(value)) {
      known.add(value);
      if (!patch(value)) holders.add(value);
      reachFrom(value, 0);
    } else if (depth < MAX_DEPTH && holders.has(value)) reachFrom(value, depth + 1);
  }

  function reachFrom(component: object, depth: number): void {
    const source = component as Props;
    for (const key of COLLABORATORS) reach(source[key], depth);
    for (const key of COLLECTIONS) {
      const collection = source[key];
      if (collection === undefined) continue;
      const members = Array.isArray(collection) ? (collection as unknown[]) : Object.values(props(collection));
      for (const member of members) reach(props(member)['queryEngine'] ?? member, depth);
    }
  }

  const roles: Readonly<Record<TracedMethod['role'], (read: ReadCall) => ReadCall>> = {
    leaf: (read) => read,
    carrier: (read) => (self, args) => {
      reachFrom(self, 0);
      return read(self, args);
    },
    model: (read) => (self, args) => {
      const call = read(self, args);
      return call !== undefined && clients.observe(self) ? { ...call, begin: observeClient } : call;
    },
    llm: (read) => {
      const readModel = roles.model(read);
      return (self, args) => {
        for (const tool of list(props(args[0])['tools'])) reach(tool, 0);
        return readModel(self, args);
      };
    },
  };

  function trace(target: object, { name, operation, role, read }: TracedMethod): void {
    const readCall = roles[role]((self, args) => read(self, args, streamUsage));
    patches.method(target, name, calls.traced(operation, readCall));
  }

  /**
   * The workflow below an agent is made with the agent, and found when the agent is first used. A context is made
   * for every run.
   */
  function watchContexts(workflow: object): void {
    const { agents, workflow: inner } = props(workflow);
    if (typeof props(agents)['values'] === 'function') {
      for (const agent of (agents as Map<unknown, unknown>).values()) reach(agent, 0);
    }
    patches.method(
      props(inner),
      'createContext',
      (original) =>
        function createContext(this: object, ...args: unknown[]): unknown {
          const context = Reflect.apply(original, this, args);
          if (calls.isActive() && calls.isIncluded('agent')) {
            guard('llamaindex agent', () => watchAgentRuns(tracer, guard, workflow, props(context)));
          }
          return context;
        },
    );
  }

  function traceAgentWorkflow(target: object): void {
    const watched = (original: Method): Method =>
      function (this: object, ...args: unknown[]): unknown {
        if (calls.isActive()) guard('llamaindex agent', () => watchContexts(this));
        return Reflect.apply(original, this, args);
      };
    patches.method(target, 'runStream', watched);
    patches.method(target, 'createContext', watched);
  }

  /** @returns false for an object that no call leads through */
  function patch(target: object): boolean {
    const kind = componentKindOf(target);
    if (kind === undefined) return false;
    if (kind.isAgentWorkflow === true) traceAgentWorkflow(target);
    for (const method of kind.methods) if (method.appliesTo?.(target) !== false) trace(target, method);
    return kind.isHolder !== true;
  }

  return {
    component: (value) => reach(value, 0),
    prototype(prototype): void {
      if (typeof prototype === 'object' && prototype !== null) patch(prototype);
    },
    indexClass(value): void {
      if (typeof value !== 'function') return;
      trace(value, { name: 'fromDocuments', operation: 'index', role: 'carrier', read: readIndexBuilding });
      trace(value, { name: 'init', operation: 'index', role: 'carrier', read: readIndexInit });
    },
  };
}
