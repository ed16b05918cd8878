/** Fields of a span and of the spans below it, for `feedback({ on })`. */
import type { AttributeKey, Message, RetrievedDocument, SpanAttributes } from '@spanline/record';
import type { EvaluatedSpan } from './evaluated-span.ts';
import { expectedOutput } from './expected.ts';
import type { Subject } from './open-traces.ts';

/** Reads a value for an evaluator. `undefined`: the spans do not have it, and the evaluator does not run. */
export type Field<T> = (subject: Subject) => T | undefined;

/** A call of a tool. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly result: unknown;
  readonly failed: boolean;
}

/** The text parts of a message, joined. */
function textOf({ parts }: Message): string {
  return parts
    .flatMap((part) => (part.type === 'text' && typeof part['content'] === 'string' ? [part['content']] : []))
    .join('\n');
}

const nonEmpty = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : text;

const question = ({ content: { input, query, stepInput } }: EvaluatedSpan): string | undefined =>
  nonEmpty(textOf(input?.findLast(({ role }) => role === 'user') ?? { role: 'user', parts: [] })) ??
  nonEmpty(query) ??
  (typeof stepInput === 'string' ? nonEmpty(stepInput) : undefined);

function answer({ content: { output, stepOutput } }: EvaluatedSpan): string | undefined {
  const text = output
    ?.map(textOf)
    .filter((part) => part !== '')
    .join('\n');
  return nonEmpty(text) ?? (typeof stepOutput === 'string' ? nonEmpty(stepOutput) : undefined);
}

const isModelCall = ({ type }: EvaluatedSpan): boolean => type === 'llm';

/** The first value that a span has, of the span itself before those below it. */
function firstOf<T>(spans: readonly EvaluatedSpan[], read: (span: EvaluatedSpan) => T | undefined): T | undefined {
  for (const span of spans) {
    const value = read(span);
    if (value !== undefined) return value;
  }
  return undefined;
}

function documentsOf({ span, below }: Subject): readonly RetrievedDocument[] | undefined {
  if (span.content.documents !== undefined) return span.content.documents;
  const searches = below.filter(({ content }) => content.documents !== undefined);
  const ranked = searches.findLast(({ type }) => type === 'reranker');
  if (ranked !== undefined) return ranked.content.documents;
  return searches.length === 0 ? undefined : searches.flatMap(({ content }) => content.documents ?? []);
}

/**
 * Ready fields. Each reads the span itself first, then the spans below it. A field without a value keeps the evaluator
 * from running: it counts as `skipped`, and no score is written.
 *
 * @example
 * ```ts
 * import { feedback, field, groundedness } from '@spanline/evals';
 *
 * feedback({
 *   name: 'faithfulness',
 *   on: { answer: field.answer, documents: field.documents },
 *   fn: groundedness(),
 * });
 * ```
 */
export const field = {
  /** The right output of the item, in an experiment. Evaluators that read it do not run elsewhere. */
  expected: (() => expectedOutput()) satisfies Field<unknown>,
  /** The text of the last message of the user, else the query, else the input if it is a text. */
  question: (({ span, below }) => question(span) ?? firstOf(below, question)) satisfies Field<string>,
  /** The text of the model's answer, else the output if it is a text. Below a span, the last model call counts. */
  answer: (({ span, below }) =>
    answer(span) ?? firstOf(below.toReversed().filter(isModelCall), answer)) satisfies Field<string>,
  /** The documents of the last reranker, else those of all retrievers. */
  documents: documentsOf satisfies Field<readonly RetrievedDocument[]>,
  /** The calls of tools, in the order of their end. An empty list if there are none. */
  toolCalls: (({ span, below }) =>
    [...below, span].flatMap(({ type, name, status, attributes, content }) =>
      type === 'tool'
        ? [
            {
              name: attributes['gen_ai.tool.name'] ?? name,
              arguments: content.toolArguments,
              result: content.toolResult,
              failed: status === 'error',
            },
          ]
        : [],
    )) satisfies Field<readonly ToolCall[]>,
  /** The results of tools as text. */
  toolResults: (({ span, below }) => {
    const texts = [...below, span].flatMap(({ content: { toolResult } }) =>
      toolResult === undefined ? [] : [textOfValue(toolResult)],
    );
    return texts.length === 0 ? undefined : texts;
  }) satisfies Field<readonly string[]>,
  /** The messages of the model's answer; below a span, those of the last model call. */
  messages: (({ span, below }) => span.content.output ?? below.findLast(isModelCall)?.content.output) satisfies Field<
    readonly Message[]
  >,
  /** Why the model stopped: `stop`, `length`, `tool_call`, `content_filter`; below a span, the last model call. */
  finishReasons: (({ span, below }) =>
    [...below, span].findLast(isModelCall)?.attributes['gen_ai.response.finish_reasons']) satisfies Field<
    readonly string[]
  >,
} as const;

/** A value as text: a text as it is, everything else as JSON. */
export function textOfValue(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

/** The value of an attribute of the span. */
export function attribute<Key extends AttributeKey & keyof SpanAttributes>(
  key: Key,
): Field<NonNullable<SpanAttributes[Key]>> {
  return ({ span }) => span.attributes[key] ?? undefined;
}

/** The value of a label of the span. */
export function label(key: string): Field<string | number | boolean> {
  return ({ span }) => span.labels[key];
}
