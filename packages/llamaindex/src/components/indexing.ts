/** Calls that build indexes, ingest documents, parse them, and choose between engines. */

import { props, classNameOf, list, text } from '@spanline/instrumentation';
import { SCOPE } from '../tracing/scope.ts';
import type { TracedCall } from '../tracing/traced-call.ts';
import { queryText } from './retrieval.ts';

const countOf = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined);

/** Reads a call of an index's static `fromDocuments(documents)`: `self` is the class. */
export function readIndexBuilding(self: object, args: readonly unknown[]): TracedCall {
  return {
    options: {
      scope: SCOPE,
      name: `index ${text(props(self)['name']) ?? 'documents'}`,
      type: 'chain',
      input: { documents: countOf(args[0]) },
    },
  };
}

/** Reads a call of an index's static `init({ nodes })`. Without nodes it only opens a stored index. */
export function readIndexInit(self: object, args: readonly unknown[]): TracedCall | undefined {
  const nodes = countOf(props(args[0])['nodes']);
  if (nodes === undefined) return undefined;
  return {
    options: {
      scope: SCOPE,
      name: `index ${text(props(self)['name']) ?? 'nodes'}`,
      type: 'chain',
      input: { nodes },
    },
  };
}

/** Reads a call of `index.insert(document)`. */
export function readInsertion(index: object): TracedCall {
  return {
    options: { scope: SCOPE, name: `index ${classNameOf(index)}`, type: 'chain', input: { documents: 1 } },
  };
}

/** Reads a call of `pipeline.run({ documents })`. */
export function readIngestion(pipeline: object, args: readonly unknown[]): TracedCall {
  return {
    options: {
      scope: SCOPE,
      name: `ingest ${classNameOf(pipeline)}`,
      type: 'chain',
      input: { documents: countOf(props(args[0])['documents']) ?? countOf(props(pipeline)['documents']) },
    },
    output: (span, nodes) => span.output({ nodes: countOf(nodes) }),
  };
}

/** Reads a call of `parser.getNodesFromDocuments(documents)`. */
export function readNodeParsing(parser: object, args: readonly unknown[]): TracedCall {
  return {
    options: {
      scope: SCOPE,
      name: `parse ${classNameOf(parser)}`,
      type: 'task',
      input: { documents: countOf(args[0]) },
    },
    output: (span, nodes) => span.output({ nodes: countOf(nodes) }),
  };
}

/** Reads a call of `selector.select(choices, query)`: which of several engines a question goes to. */
export function readSelection(selector: object, args: readonly unknown[]): TracedCall {
  const choices = list(args[0]);
  return {
    options: {
      scope: SCOPE,
      name: `select ${classNameOf(selector)}`,
      type: 'chain',
      input: {
        query: queryText(args[1]),
        choices: choices.map((choice) => text(props(choice)['description']) ?? queryText(choice)),
      },
    },
    output: (span, result) => span.output(props(result)['selections'] ?? result),
  };
}
