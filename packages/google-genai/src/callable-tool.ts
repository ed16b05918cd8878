/** Functions that the client calls by itself. Each call is a span, and what a function does stands below it. */

import { currentSpan, type Span, type SpanAttributes } from '@spanline/core';
import {
  announceTools,
  attributesOf,
  type ClientTracing,
  list,
  type Method,
  patchMethod,
  type Props,
  props,
  sharedState,
  text,
} from '@spanline/instrumentation';

/** Spans in which the client calls functions, with the tracing of that client. */
const runs = sharedState('google-genai.runs', () => new WeakMap<Span, ClientTracing>());

/** The functions that a tool declares. A tool gets all calls of an answer, also those that are for another tool. */
const declared = sharedState('google-genai.declared', () => new WeakMap<object, ReadonlySet<unknown>>());

/** Methods that are replaced already. A tool may serve many calls, of several clients. */
const replaced = sharedState('google-genai.tools', () => new WeakSet<object>());

/** Says that the client calls functions within a span. */
export function callsFunctions(span: Span, tracing: ClientTracing): void {
  runs.set(span, tracing);
}

/** The call of the client that the running code belongs to, if it calls functions. */
function currentRun(): { readonly around: Span; readonly tracing: ClientTracing } | undefined {
  const around = currentSpan();
  const tracing = around === undefined ? undefined : runs.get(around);
  return around === undefined || tracing === undefined ? undefined : { around, tracing };
}

/** A call of a function, under way. */
interface FunctionCall {
  readonly span: Span;
  readonly name: string;
  readonly id: string | undefined;
}

function startCall({ tracer, scope, capture }: ClientTracing, call: Props): FunctionCall {
  const name = text(call['name']) ?? 'function';
  const id = text(call['id']);
  const attributes: SpanAttributes = {
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': id,
  };
  const span = tracer.startSpan({ name: `execute_tool ${name}`, type: 'tool', attributes, scope, capture });
  return { span: span.input(call['args']), name, id };
}

/** The text of an error that a function returns to the model: a text, an error, or the result of an MCP server. */
function toldError(error: unknown): string {
  const { message, content } = props(error);
  const texts = list(content).map((block) => text(props(block)['text']));
  return text(error) ?? text(message) ?? texts.find((each) => each !== undefined) ?? 'the function failed';
}

/** Ends the calls with the parts that a tool returned, which name their function. */
function endCalls(calls: readonly FunctionCall[], parts: unknown): void {
  const responses = list(parts).map((part) => props(props(part)['functionResponse']));
  for (const { span, name, id } of calls) {
    const isOfCall = (given: Props): boolean => id !== undefined && given['id'] === id;
    const found = responses.find(isOfCall) ?? responses.find((given) => given['name'] === name);
    if (found === undefined) continue;
    responses.splice(responses.indexOf(found), 1);
    const { response } = found;
    const { error } = props(response);
    span.output(response);
    // A wrapped MCP client has said so already.
    if (error !== undefined && attributesOf(span)?.['mcp.method.name'] === undefined)
      span.fail({ name: 'ToolCallError', message: toldError(error) });
  }
}

/** The work of several functions stands below the span around them: which of them does what is not known. */
function runCalls(
  around: Span,
  { tracer }: ClientTracing,
  calls: readonly FunctionCall[],
  work: () => unknown,
): unknown {
  const [first, ...others] = calls;
  if (first !== undefined && others.length === 0) return tracer.run(first.span, work);
  announceTools(
    around,
    calls.map(({ span }) => span),
  );
  return work();
}

async function tracedCalls(
  around: Span,
  tracing: ClientTracing,
  given: readonly Props[],
  work: () => unknown,
): Promise<unknown> {
  const { guard, scope } = tracing;
  const calls = given.flatMap((call) => guard(scope.name, () => startCall(tracing, call)) ?? []);
  try {
    const parts = await runCalls(around, tracing, calls, work);
    guard(scope.name, () => endCalls(calls, parts));
    return parts;
  } catch (error) {
    for (const { span } of calls) span.fail(error);
    throw error;
  } finally {
    for (const { span } of calls) span.end();
  }
}

/** The calls that a tool has a function for. */
function ownCalls(tool: object, calls: unknown): Props[] {
  const names = declared.get(tool);
  return list(calls)
    .map(props)
    .filter(({ name }) => names === undefined || names.has(name));
}

function tracedCallTool(original: Method): Method {
  return function callTool(this: object, ...args: unknown[]): unknown {
    const work = (): unknown => Reflect.apply(original, this, args);
    const run = currentRun();
    if (run === undefined) return work();
    const { around, tracing } = run;
    const calls = tracing.guard(tracing.scope.name, () => ownCalls(this, args[0])) ?? [];
    return calls.length === 0 ? work() : tracedCalls(around, tracing, calls, work);
  };
}

function rememberDeclared(tool: object, declaration: unknown): void {
  const { functionDeclarations } = props(declaration);
  if (!Array.isArray(functionDeclarations)) return;
  declared.set(tool, new Set(functionDeclarations.map((declaration) => props(declaration)['name'])));
}

/** The client asks a tool for its functions before it asks the model. */
function readTool(original: Method): Method {
  return function tool(this: object, ...args: unknown[]): unknown {
    const declaration: unknown = Reflect.apply(original, this, args);
    const tracing = currentRun()?.tracing;
    if (tracing === undefined) return declaration;
    return Promise.resolve(declaration).then((value) => {
      tracing.guard(tracing.scope.name, () => rememberDeclared(this, value));
      return value;
    });
  };
}

/** Traces the calls of a tool that a traced client makes. Calls of anybody else are left alone. */
export function traceTool(tool: object): void {
  for (const [name, wrap] of [
    ['callTool', tracedCallTool],
    ['tool', readTool],
  ] as const) {
    const method = (tool as Readonly<Record<string, unknown>>)[name];
    if (typeof method !== 'function' || replaced.has(method)) continue;
    patchMethod(tool, name, wrap, 'object');
    const ours = (tool as Readonly<Record<string, unknown>>)[name];
    if (typeof ours === 'function') replaced.add(ours);
  }
}
