/** Calls of tools. */
import type { Content } from '../api/index.ts';
import { isList, readProperty } from '../gate/index.ts';
import { readOptions, runStep, type Step, STEP_OPTIONS, type StepOptions, type StepShape, type Work } from './step.ts';

/** Options of {@link toolSpan}. */
export interface ToolSpanOptions<R = unknown> extends StepOptions {
  /** Name of the tool. */
  tool: string;
  /** Description of the tool, as the model sees it. */
  description?: string | undefined;
  /** Id of the model's tool call. */
  callId?: string | undefined;
  /** Arguments of the call. */
  arguments?: Content;
  /** The statement of a database tool. The number of rows is read from the result. */
  statement?: string | undefined;
  /** The query of a search tool. The number of results is read from the result. */
  query?: string | undefined;
  /** Returns the number of rows or results. @defaultValue the length of the result, or of its `rows` or `results` */
  count?: ((result: R) => number | undefined) | undefined;
}

/** Counts the entries of a result in the shape of a database or search client. */
function countEntries(result: unknown): number | undefined {
  const entries = [result, readProperty(result, 'rows'), readProperty(result, 'results')].find(isList);
  return entries?.length;
}

const TOOL_SHAPE: StepShape<ToolSpanOptions> = {
  operation: 'execute_tool',
  names: {
    ...STEP_OPTIONS,
    tool: true,
    description: true,
    callId: true,
    arguments: true,
    statement: true,
    query: true,
    count: true,
  },
  callbacks: ['count'],
};

/**
 * Runs a tool as a `tool` span. It records the arguments and the result, of a database the statement and the rows, of a
 * search the query.
 */
export function toolSpan<T>(options: ToolSpanOptions<Awaited<T>>, fn: Work<T>): T {
  const given = readOptions(options, TOOL_SHAPE);
  const { tool, description, callId, statement, query, count = countEntries } = given;
  const step: Step<Awaited<T>> = {
    operation: TOOL_SHAPE.operation,
    subject: tool,
    type: 'tool',
    attributes: {
      'gen_ai.tool.name': tool,
      'gen_ai.tool.description': description,
      'gen_ai.tool.call.id': callId,
      'db.query.text': statement,
      'spanline.search.query': query,
    },
    input: given.arguments,
    output(span, result) {
      span.output(result);
      const entries = count(result);
      if (statement !== undefined) span.set({ 'db.response.returned_rows': entries });
      if (query !== undefined) span.set({ 'spanline.search.results': entries });
    },
  };
  return runStep(given, step, fn);
}
