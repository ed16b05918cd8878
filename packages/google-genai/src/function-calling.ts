/** Calls in which the client calls functions by itself and asks the model again: one span around all of them. */

import type { Span } from '@spanline/core';
import {
  type ClientTracing,
  isObject,
  list,
  type Method,
  patchMethod,
  type Props,
  props,
  runInSpan,
  sharedState,
  text,
} from '@spanline/instrumentation';
import { callsFunctions, traceTool } from './callable-tool.ts';

/** Methods of `models` that call functions. A chat calls them, too. */
const METHODS = ['generateContent', 'generateContentStream'] as const;

/** Parameters whose call is traced already, by the client or by its class, while the client's own method begins. */
const entered = sharedState('google-genai.entered', () => new WeakSet<object>());

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;

/** The tools that the client will call; none where the application has said that it shall not. */
function callableTools({ config }: Props): object[] {
  const { tools, automaticFunctionCalling } = props(config);
  const { disable, maximumRemoteCalls } = props(automaticFunctionCalling);
  const isOff = Boolean(disable) || !isCount(maximumRemoteCalls ?? 1);
  return isOff
    ? []
    : (list(tools).filter((tool) => isObject(tool) && typeof props(tool)['callTool'] === 'function') as object[]);
}

/** The text of a content. Parts that are none, such as calls of functions, are left out. */
function textOf(content: unknown): string {
  const { parts, text: own } = props(content);
  const texts = list(parts).flatMap((part) =>
    props(part)['thought'] === true ? [] : (text(props(part)['text']) ?? []),
  );
  return text(content) ?? text(own) ?? texts.join('');
}

/** The question of a call: its last content. */
const questionOf = ({ contents }: Props): string => textOf(Array.isArray(contents) ? contents.at(-1) : contents);

/** The text of a whole answer, or of the chunks of a stream. */
function answerOf(value: unknown): string {
  const answers = Array.isArray(value) ? (value as unknown[]) : [value];
  return answers.map((answer) => textOf(props(list(props(answer)['candidates'])[0])['content'])).join('');
}

function startRun(tracing: ClientTracing, method: string, given: Props): Span | undefined {
  const { tracer, guard, scope, capture } = tracing;
  const tools = callableTools(given);
  if (tools.length === 0) return undefined;
  for (const tool of tools) guard(scope.name, () => traceTool(tool));
  const span = tracer.startSpan({ name: method, type: 'chain', scope, capture }).input(questionOf(given));
  callsFunctions(span, tracing);
  return span;
}

function tracedMethod(name: string, tracing: ClientTracing, isOn: () => boolean): (original: Method) => Method {
  const { tracer, guard, scope } = tracing;
  return (original) =>
    function generate(this: object, ...args: unknown[]): unknown {
      const plain = (): unknown => Reflect.apply(original, this, args);
      const [given] = args;
      if (!isOn() || !isObject(given) || entered.has(given)) return plain();
      const span = guard(scope.name, () => startRun(tracing, name, props(given)));
      if (span === undefined) return plain();
      const begin = (): unknown => {
        entered.add(given);
        try {
          return plain();
        } finally {
          entered.delete(given);
        }
      };
      return runInSpan(tracer, span, begin, {
        output: (value) => void guard(scope.name, () => span.output(answerOf(value))),
      });
    };
}

/** Replaces a method that the constructor of a class gives each object, on all objects that are made from now on. */
function patchAssigned(prototype: object, name: string, wrap: (original: Method) => Method): void {
  Reflect.defineProperty(prototype, name, {
    configurable: true,
    set(this: object, original: Method) {
      const attributes = { configurable: true, enumerable: true, writable: true };
      Reflect.defineProperty(this, name, { ...attributes, value: wrap(original) });
    },
  });
}

/**
 * Traces calls that call functions: those of one client's `models`, or of all by their prototype.
 *
 * @returns the undo
 */
export function traceFunctionCalling(models: object, tracing: ClientTracing): () => void {
  let isOn = true;
  const patches = METHODS.map((name) => {
    const wrap = tracedMethod(name, tracing, () => isOn);
    const patch = patchMethod(models, name, wrap, 'object');
    if (patch === undefined && Object.hasOwn(models, 'constructor')) patchAssigned(models, name, wrap);
    return patch;
  });
  return () => {
    isOn = false;
    for (const patch of patches) patch?.undo();
  };
}
