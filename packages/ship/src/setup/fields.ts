import { jsonSchema } from '@spanline/record';

/** How a field's values look: JSON Schema's types, `text` for prose, `content` for structured content. */
export type FieldKind = 'string' | 'text' | 'content' | 'integer' | 'number' | 'boolean' | 'date' | 'ip';

/** A field of a profile's lines. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
}

/** Prose: the schema knows it as a string like any other. Spelled as in `ecs`, and as in `otel` where that differs. */
const PROSE: ReadonlySet<string> = new Set([
  'message',
  'error.message',
  'error.stack',
  'error.stack_trace',
  'gen_ai.evaluation.explanation',
  'spanline.prompt.template',
  'gen_ai.retrieval.query.text',
  'db.query.text',
  'spanline.search.query',
]);
const NAMED: Readonly<Record<string, FieldKind>> = { '@timestamp': 'date', 'event.start': 'date', 'client.ip': 'ip' };

type Schema = Readonly<Record<string, unknown>>;

function kindOf(name: string, { type, contentMediaType }: Schema): FieldKind {
  const named = NAMED[name];
  if (named !== undefined) return named;
  if (contentMediaType !== undefined || (Array.isArray(type) && type.includes('object'))) return 'content';
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  return PROSE.has(name) ? 'text' : 'string';
}

/** Every field of a profile's lines, in the order of the schema. */
export function fieldsOf(profile: 'ecs' | 'otel'): Field[] {
  const properties = jsonSchema(profile)['properties'] as Readonly<Record<string, Schema>>;
  return Object.entries(properties).map(([name, schema]) => ({ name, kind: kindOf(name, schema) }));
}

/** Families of fields whose last part is chosen by the user, without the dot at the end: `labels`, `spanline.gauge`. */
export function familiesOf(profile: 'ecs' | 'otel'): string[] {
  const patterns = jsonSchema(profile)['patternProperties'] as Readonly<Record<string, unknown>>;
  return Object.keys(patterns).map((pattern) => pattern.replaceAll(/^\^|\\\.\.\+\$$|\\/g, ''));
}
