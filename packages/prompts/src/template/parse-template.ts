/** The text of a template: `{{name}}` is a variable, `\{{` is two braces. */
import { pointAt, SpanlineError } from '@spanline/record';

/** A piece of a template: text, or a variable. */
export type Piece = string | { readonly variable: string };

/**
 * Braces and what is between them. `\{{` comes first, so that it is never taken for a variable. Of three braces in
 * front of a name, the first one is text.
 */
const BRACES = /\\\{\{|\{(?=\{\{[^{}]*\}\})|\{\{([^{}]*)\}\}|\{\{/g;
const NAME = /^[A-Za-z_][\w-]*$/;

/**
 * Splits a template.
 *
 * @param place - the prompt, for errors
 * @throws SpanlineError `ERR_INVALID_PROMPT` for braces that hold no name
 */
export function parseTemplate(text: string, place: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let plain = '';
  for (const { 0: braces, 1: inner, index } of text.matchAll(BRACES)) {
    plain += text.slice(from, index);
    from = index + braces.length;
    if (braces === '\\{{' || braces === '{') {
      plain += braces === '{' ? braces : '{{';
      continue;
    }
    const name = inner?.trim() ?? '';
    if (!NAME.test(name)) {
      const problem = `${place}: {{ must be followed by the name of a variable and }}; write \\{{ for two braces\n${pointAt(text, index)}`;
      throw new SpanlineError({ code: 'ERR_INVALID_PROMPT', problem });
    }
    if (plain !== '') pieces.push(plain);
    plain = '';
    pieces.push({ variable: name });
  }
  plain += text.slice(from);
  if (plain !== '') pieces.push(plain);
  return pieces;
}

/** Writes a text so that {@link parseTemplate} reads it as text. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('{{', String.raw`\{{`);
}
