/** Calls of query engines, synthesisers, chat engines, agents and tools. */

import type { Span } from '@spanline/core';
import { props, classNameOf, isObject, text } from '@spanline/instrumentation';
import { SCOPE } from '../tracing/scope.ts';
import type { TracedCall } from '../tracing/traced-call.ts';
import { toMessage } from './messages.ts';
import { readPrompt } from './prompt.ts';
import { queryText } from './retrieval.ts';

/** The text of a response. Where it has a message, only that is read: its other properties print a warning. */
function contentOf(value: unknown): string {
  const { message } = props(value);
  if (message === undefined) return text(props(value)['delta']) ?? '';
  return queryText(props(message)['content']) ?? '';
}

/** The answer is text, whole or in the chunks of a stream. */
function describeResponse(span: Span, value: unknown): void {
  span.output(Array.isArray(value) ? value.map(contentOf).join('') : contentOf(value));
}

/** Reads a call of `queryEngine.query({ query, stream })` or of the `_query(query, stream)` beneath it. */
export function readQuery(engine: object, args: readonly unknown[]): TracedCall {
  return {
    options: { scope: SCOPE, name: `query ${classNameOf(engine)}`, type: 'chain', input: queryText(args[0]) },
    output: describeResponse,
  };
}

/** Reads a call of `synthesizer.synthesize({ query, nodes }, stream)`. */
export function readSynthesize(synthesizer: object, args: readonly unknown[]): TracedCall {
  return {
    options: {
      scope: SCOPE,
      name: `synthesize ${classNameOf(synthesizer)}`,
      type: 'chain',
      input: queryText(args[0]),
      attributes: readPrompt(synthesizer, { query: queryText(args[0]) }),
    },
    output: describeResponse,
  };
}

/** Reads a call of `chatEngine.chat({ message, stream })`. */
export function readChatEngine(engine: object, args: readonly unknown[]): TracedCall {
  const message = queryText(props(args[0])['message']);
  const { contextGenerator } = props(engine);
  return {
    options: {
      scope: SCOPE,
      name: `chat ${classNameOf(engine)}`,
      type: 'chain',
      input: message,
      // The system prompt of a context has no variable for the question.
      attributes: isObject(contextGenerator)
        ? readPrompt(contextGenerator, {})
        : readPrompt(engine, { question: message }),
    },
    output: describeResponse,
  };
}

/** Reads a call of `chat({ message })` of an agent before workflows (`LLMAgent`, `ReActAgent`). */
export function readLegacyAgent(agent: object, args: readonly unknown[]): TracedCall {
  const name = classNameOf(agent);
  return {
    options: {
      scope: SCOPE,
      name: `invoke_agent ${name}`,
      type: 'agent',
      input: queryText(props(args[0])['message']),
      attributes: { 'gen_ai.agent.name': name },
    },
    output: describeResponse,
  };
}

/** Reads a call of `tool.call(input)`. */
export function readTool(tool: object, args: readonly unknown[]): TracedCall {
  const { name, description } = props(props(tool)['metadata']);
  const called = text(name) ?? classNameOf(tool);
  return {
    options: {
      scope: SCOPE,
      name: `execute_tool ${called}`,
      type: 'tool',
      input: args[0],
      attributes: {
        'gen_ai.tool.name': called,
        'gen_ai.tool.type': 'function',
        'gen_ai.tool.description': text(description),
      },
    },
    output: (span, result) => span.output(result),
  };
}

function describeStep(span: Span, value: unknown): void {
  const { response } = props(value);
  if (response !== undefined) span.output([toMessage(response)]);
}

/** Reads a call of `agent.takeStep(context, state, messages, tools)`: one turn of one agent. */
export function readStep(agent: object): TracedCall {
  const { name, description } = props(agent);
  return {
    options: {
      scope: SCOPE,
      name: `step ${text(name) ?? 'agent'}`,
      type: 'chain',
      attributes: { 'gen_ai.agent.name': text(name), 'gen_ai.agent.description': text(description) },
    },
    output: describeStep,
  };
}
