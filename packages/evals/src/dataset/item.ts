/** Items of datasets: their type and their schema. `spanline export dataset` writes the same. */

/** A score of an item. */
export interface ItemScore {
  readonly name: string;
  readonly value?: number;
  readonly label?: string;
  readonly source?: string;
  readonly explanation?: string;
}

/** An item of a dataset: one line of its file. */
export interface DatasetItem {
  /** Unique in the dataset: id of the span, or any name. */
  readonly id: string;
  readonly trace_id?: string;
  /** Messages in OpenTelemetry's shape (`role`, `parts`), or any other JSON. */
  readonly input: unknown;
  /** The output of the trace that the item is made of. */
  readonly output?: unknown;
  /** The right output. */
  readonly expected?: unknown;
  /** Facts by name. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly scores?: readonly ItemScore[];
}

const TEXT = { type: 'string' } as const;

/** JSON Schema (draft 2020-12) of one line of a dataset. */
export const datasetSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Item of a Spanline dataset',
  type: 'object',
  required: ['id', 'input'],
  properties: {
    id: { type: 'string', minLength: 1, description: 'Unique in the dataset.' },
    trace_id: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    input: { description: 'Messages in the shape of OpenTelemetry (role, parts), or any other JSON.' },
    output: { description: 'The output of the trace that the item is made of.' },
    expected: { description: 'The right output.' },
    metadata: { type: 'object', description: 'Facts by name.' },
    scores: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: TEXT, value: { type: 'number' }, label: TEXT, source: TEXT, explanation: TEXT },
      },
    },
  },
} as const;

/** True for an object that is no array. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

function faultOfScore(score: unknown): string | undefined {
  if (!isObject(score) || typeof score['name'] !== 'string') return 'a score needs a name';
  if (score['value'] !== undefined && typeof score['value'] !== 'number') return 'the value of a score is a number';
  return [score['label'], score['source'], score['explanation']].every(isText)
    ? undefined
    : 'label, source and explanation of a score are texts';
}

/** Compares a value with {@link datasetSchema}. @returns the first fault; `undefined` for a valid item */
export function faultOfItem(item: unknown): string | undefined {
  if (!isObject(item)) return 'an item is a JSON object';
  const { id, trace_id: traceId, input, metadata, scores } = item;
  if (typeof id !== 'string' || id === '') return 'an item needs an id';
  if (input === undefined) return 'an item needs an input';
  if (traceId !== undefined && (typeof traceId !== 'string' || !/^[0-9a-f]{32}$/.test(traceId)))
    return 'trace_id has 32 hex digits';
  if (metadata !== undefined && !isObject(metadata)) return 'metadata is a JSON object';
  if (scores === undefined) return undefined;
  if (!Array.isArray(scores)) return 'scores are an array';
  return scores.map(faultOfScore).find((fault) => fault !== undefined);
}
