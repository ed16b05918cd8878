/** A template that is ready to be filled. */
import { isPlaceholder, type PromptMessage, type Template } from './messages.ts';
import { parseTemplate, type Piece } from './parse-template.ts';
import { textOf } from './variables.ts';

type Values = Readonly<Record<string, unknown>>;

/** A compiled template. */
export interface CompiledTemplate {
  /** Names of the variables, and whether each stands for a list of messages. */
  readonly variables: ReadonlyMap<string, boolean>;
  /** Values are text: braces in them are not read. */
  fill(values: Values): string | PromptMessage[];
}

function fillText(pieces: readonly Piece[], values: Values): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : textOf(values[piece.variable]))).join('');
}

/**
 * Compiles a template.
 *
 * @param place - the prompt, for errors
 * @throws SpanlineError `ERR_INVALID_PROMPT`
 */
export function compile(template: Template, place: string): CompiledTemplate {
  const variables = new Map<string, boolean>();
  const parse = (text: string): readonly Piece[] => {
    const pieces = parseTemplate(text, place);
    for (const piece of pieces) if (typeof piece !== 'string') variables.set(piece.variable, false);
    return pieces;
  };
  if (typeof template === 'string') {
    const pieces = parse(template);
    return { variables, fill: (values) => fillText(pieces, values) };
  }
  const entries = template.map((entry) => {
    if (isPlaceholder(entry)) return entry;
    return { role: entry.role, pieces: parse(entry.content) };
  });
  for (const entry of entries) if ('messages' in entry) variables.set(entry.messages, true);
  return {
    variables,
    fill: (values) =>
      entries.flatMap((entry): PromptMessage[] =>
        'messages' in entry
          ? (values[entry.messages] as PromptMessage[])
          : [{ role: entry.role, content: fillText(entry.pieces, values) }],
      ),
  };
}
