/** Answers that must be JSON. */
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';

/** A schema by the Standard Schema specification: zod, valibot, arktype and others. See https://standardschema.dev. */
export interface StandardSchema {
  readonly '~standard': {
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

/** Result of a {@link StandardSchema}. */
export interface SchemaResult {
  readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] | undefined;
}

/** Options of {@link jsonValidity}. */
export interface JsonValidityOptions {
  /** The schema that the answer must fit. @defaultValue none: any JSON is valid */
  schema?: StandardSchema;
}

const SHAPE: Shape<JsonValidityOptions> = {
  schema: option.like<StandardSchema>(
    'a schema by the Standard Schema specification (zod, valibot, arktype)',
    (value) => typeof (value as StandardSchema)['~standard'].validate === 'function',
  ),
};

const FENCE = '```';

/** Models write JSON into a fenced block, also when they were asked not to. */
function withoutFence(text: string): string {
  const block = text.trim();
  if (block.length < 2 * FENCE.length || !block.startsWith(FENCE) || !block.endsWith(FENCE)) return text;
  const content = block.slice(FENCE.length, -FENCE.length);
  const firstLine = content.slice(0, content.indexOf('\n') + 1);
  return /^(?:json)?\s*$/.test(firstLine) ? content.slice(firstLine.length) : text;
}

function parse(text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: JSON.parse(withoutFence(text)) as unknown };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const step = (part: unknown): string => String((part as { key?: unknown } | null)?.key ?? part);

/**
 * Finds answers that are no JSON, or do not fit a schema. A fenced block is read as its content.
 *
 * @returns an evaluator of `{ answer }`: yes for a valid answer
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function jsonValidity(
  options: JsonValidityOptions = {},
): (values: { readonly answer: string }) => Promise<Verdict> {
  checkOptions(SHAPE, options);
  const { schema } = options;
  return async ({ answer }) => {
    const parsed = parse(answer);
    if ('error' in parsed) return { value: false, explanation: `No JSON: ${parsed.error}` };
    const { issues = [] } = (await schema?.['~standard'].validate(parsed.value)) ?? {};
    if (issues.length === 0) return { value: true };
    const [{ message, path = [] }] = issues as readonly [NonNullable<SchemaResult['issues']>[number]];
    const place = path.map(step).join('.');
    return { value: false, explanation: place === '' ? message : `${place}: ${message}` };
  };
}
