import type { Span } from '@spanline/core';
import { bag, isObject, text, classNameOf } from '@spanline/instrumentation';
import type { TracedCall } from './call.ts';
import { readPrompt } from './prompt.ts';
import { queryText } from './retrieval.ts';
import { SCOPE } from './scope.ts';

/** Where a response has a message, it says all; its other properties warn when they are read. */
function contentOf(value: unknown): string {
  const { message } = bag(value);
  if (message === undefined) return text(bag(value)['delta']) ?? '';
  return queryText(bag(message)['content']) ?? '';
}

/** An engine's answer, whole or as the chunks of a stream, is its text. */
function describeResponse(span: Span, value: unknown): void {
  span.output(Array.isArray(value) ? value.map(contentOf).join('') : contentOf(value));
}

/** A call of `queryEngine.query({ query, stream })` or of the `_query(query, stream)` beneath it. */
export function readQuery(engine: object, args: readonly unknown[]): TracedCall {
  return {
    options: { scope: SCOPE, name: `query ${classNameOf(engine)}`, type: 'chain', input: queryText(args[0]) },
    output: describeResponse,
  };
}

/** A call of `synthesizer.synthesize({ query, nodes }, stream)`. */
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

/** A call of `chatEngine.chat({ message, stream })`. */
export function readChatEngine(engine: object, args: readonly unknown[]): TracedCall {
  const message = queryText(bag(args[0])['message']);
  const { contextGenerator } = bag(engine);
  return {
    options: {
      scope: SCOPE,
      name: `chat ${classNameOf(engine)}`,
      type: 'chain',
      input: message,
      // The system prompt of a context has no place for the question.
      attributes: isObject(contextGenerator)
        ? readPrompt(contextGenerator, {})
        : readPrompt(engine, { question: message }),
    },
    output: describeResponse,
  };
}

/** A call of `chat({ message })` of an agent before workflows (`LLMAgent`, `ReActAgent`). */
export function readLegacyAgent(agent: object, args: readonly unknown[]): TracedCall {
  const name = classNameOf(agent);
  return {
    options: {
      scope: SCOPE,
      name: `invoke_agent ${name}`,
      type: 'agent',
      input: queryText(bag(args[0])['message']),
      attributes: { 'gen_ai.agent.name': name },
    },
    output: describeResponse,
  };
}

/** A call of `tool.call(input)`. */
export function readTool(tool: object, args: readonly unknown[]): TracedCall {
  const { name, description } = bag(bag(tool)['metadata']);
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
