/** Datasets: items to run a program on, from traces or from a file. */
import { readFile } from 'node:fs/promises';
import { lineRedaction } from '@spanline/core';
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import { replaceFile } from '../replace-file.ts';
import { type DatasetItem, faultOfItem } from './item.ts';
import { canonicalJson, versionOf } from './version.ts';

/** Items that do not change. */
export interface Dataset {
  readonly items: readonly DatasetItem[];
  /** `sha256:` and a hash of the items, whatever their order. */
  readonly version: string;
  /** The items as JSON lines. */
  toNdjson(): string;
  /** Writes the items to a file, for its owner only. A file that is there is replaced once the new one is whole. */
  write(path: string): Promise<void>;
}

/** How lines are redacted: `lineRedaction()` of `@spanline/core`. */
type Redaction = ReturnType<typeof lineRedaction>;

/** Options of `dataset.fromTraces`. */
export interface FromTracesOptions {
  /** Replaces personal data and secrets; `false` leaves items as they are. @defaultValue `lineRedaction()` */
  redact?: Redaction | false;
  /** Only one item of each input: the last with an expected output, else the first. @defaultValue true */
  unique?: boolean;
}

/** Options of `dataset.read` and `dataset.parse`. */
export interface ReadDatasetOptions {
  /** The version that the file must have. @defaultValue any */
  version?: string;
}

const FROM: Shape<FromTracesOptions> = {
  redact: option.anyOf<Redaction | false>(
    option.oneOf([false]),
    option.like<Redaction>(
      'lineRedaction() or false',
      (value) => typeof (value as Redaction).createRedaction === 'function',
    ),
  ),
  unique: option.boolean(),
};
const READ: Shape<ReadDatasetOptions> = {
  version: option.like('sha256: and 64 hex digits', (value) => /^sha256:[0-9a-f]{64}$/.test(String(value))),
};

function invalid(what: string, expected: string, got?: unknown): SpanlineError {
  return new SpanlineError({ code: 'ERR_INVALID_DATASET', option: what, expected, got });
}

function create(items: readonly DatasetItem[]): Dataset {
  const toNdjson = (): string => items.map((item) => `${JSON.stringify(item)}\n`).join('');
  return {
    items,
    version: versionOf(items),
    toNdjson,
    write: (path) => Promise.resolve(toNdjson()).then((text) => replaceFile(path, text, 0o600)),
  };
}

function checked(values: readonly unknown[], place: (index: number) => string): Dataset {
  const ids = new Set<string>();
  for (const [index, value] of values.entries()) {
    const fault = faultOfItem(value);
    if (fault !== undefined) throw invalid(place(index), `a valid item (${fault})`);
    const { id } = value as DatasetItem;
    if (ids.has(id)) throw invalid(place(index), 'an id that no other item has', id);
    ids.add(id);
  }
  return create(values as readonly DatasetItem[]);
}

/** Redacts the content of an item. Its ids and facts stay. */
function createRedact(redaction: Redaction | false): (item: DatasetItem) => DatasetItem {
  if (redaction === false) return (item) => item;
  const redact = redaction.createRedaction(redaction.options);
  return (item) => {
    const { input, output, expected, scores, metadata } = item;
    const content = JSON.parse(JSON.stringify({ input, output, expected, scores, metadata })) as Record<
      string,
      unknown
    >;
    const { rest } = redact({ kind: 'log', profile: 'otel', record: {}, rest: content } as Parameters<
      typeof redact
    >[0]);
    return { ...item, ...rest };
  };
}

/** Keeps one item of each input, at the place of the first. */
function uniqueByInput(items: readonly DatasetItem[]): DatasetItem[] {
  const byInput = new Map<string, DatasetItem>();
  for (const item of items) {
    const key = canonicalJson(item.input);
    if (!byInput.has(key) || item.expected !== undefined) byInput.set(key, item);
  }
  return [...byInput.values()];
}

function parse(text: string, options: ReadDatasetOptions = {}): Dataset {
  checkOptions(READ, options);
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const full = lines.filter(({ line }) => line !== '');
  const values = full.map(({ line, number }): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      throw invalid(`line ${number}`, 'JSON');
    }
  });
  const found = checked(values, (index) => `line ${full[index]?.number ?? 0}`);
  const { version = found.version } = options;
  if (version !== found.version) throw invalid('version', version, found.version);
  return found;
}

/**
 * Makes and reads datasets.
 *
 * @example
 * ```ts
 * import { dataset } from '@spanline/evals';
 * import { datasetItems, open } from '@spanline/query';
 *
 * const log = await open('app.ndjson');
 * const questions = await dataset.fromTraces(datasetItems(log.records(), { spans: 'root' }));
 * await questions.write('evals/questions.ndjson');
 * ```
 */
export const dataset = {
  /** Makes a dataset of items. @throws SpanlineError `ERR_INVALID_DATASET` */
  of: (items: readonly DatasetItem[]): Dataset => checked(items, (index) => `items[${index}]`),

  /**
   * Makes a dataset of traces, such as those that `datasetItems()` of `@spanline/query` reads. Items without an input
   * are left out.
   *
   * @throws SpanlineError `ERR_INVALID_OPTION`, `ERR_INVALID_DATASET`
   */
  async fromTraces(
    items: AsyncIterable<Partial<DatasetItem> & { id: string }> | Iterable<Partial<DatasetItem> & { id: string }>,
    options: FromTracesOptions = {},
  ): Promise<Dataset> {
    checkOptions(FROM, options);
    const { redact = lineRedaction(), unique = true } = options;
    const apply = createRedact(redact);
    const read: DatasetItem[] = [];
    for await (const item of items) if (item.input !== undefined) read.push(apply(item as DatasetItem));
    return dataset.of(unique ? uniqueByInput(read) : read);
  },

  /** Reads JSON lines. @throws SpanlineError `ERR_INVALID_DATASET`, which names the line */
  parse,

  /** Reads a file of JSON lines. @throws SpanlineError `ERR_INVALID_DATASET`; the error of the file system */
  read: async (path: string, options: ReadDatasetOptions = {}): Promise<Dataset> =>
    parse(await readFile(path, 'utf8'), options),
} as const;
