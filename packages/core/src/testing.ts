import type { Logger } from 'pino';
import {
  buildForest,
  checkOptions,
  option,
  parseLine,
  type Placed,
  type Shape,
  type SpanRecord,
  type TreeNode,
} from '@spanline/record';
import type { Clock } from './api/index.ts';
import { createLogger, LOGGER_SHAPE, type LoggerOptions } from './log/index.ts';

/** A log in memory, for tests. */
export interface MemoryLog {
  /** For `createTracer({ logger })`. The application may log through it as well. */
  readonly logger: Logger;
  /** All lines as objects, as they were written: in the logger's profile, with application lines and stats. */
  lines(): Record<string, unknown>[];
  /** The finished spans (`span.end`) in canonical form, in the order of their end. */
  records(): SpanRecord[];
  /** All lines as text, without newlines. */
  raw(): string[];
  /** Removes all lines. */
  clear(): void;
}

/**
 * Creates a logger that writes to memory, synchronously. A test can read a line right after the call that logged it.
 *
 * @param options - options of `createLogger`; `pretty` is always off
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { memoryLog } from '@spanline/core/testing';
 *
 * const log = memoryLog();
 * const tracer = createTracer({ logger: log.logger });
 * tracer.startSpan({ name: 'lookup', type: 'tool' }).end();
 * console.log(log.records()[0]?.['span.name']); // lookup
 * ```
 */
export function memoryLog(options: Omit<LoggerOptions, 'pretty'> = {}): MemoryLog {
  checkOptions(LOGGER_SHAPE, options);
  let written: string[] = [];
  const write = (text: string): void => {
    for (const line of text.split('\n')) if (line !== '') written.push(line);
  };
  return {
    logger: createLogger({ ...options, pretty: false }, { write }),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    records: () =>
      written.flatMap((line) => {
        const parsed = parseLine(line);
        return parsed?.record['event.name'] === 'span.end' ? [parsed.record] : [];
      }),
    raw: () => [...written],
    clear: (): void => {
      written = [];
    },
  };
}

/** A clock that moves only when `advance` is called. */
export interface ControlledClock extends Clock {
  advance(milliseconds: number): void;
}

/**
 * Creates a clock for `createTracer({ clock })`, so that a program writes the same times each time.
 *
 * @param startEpochMs - the first time, in epoch milliseconds
 */
export function controlledClock(startEpochMs: number): ControlledClock {
  let passed = 0;
  return {
    now: () => startEpochMs + passed,
    monotonic: () => passed,
    advance(milliseconds) {
      passed += milliseconds;
    },
  };
}

/** A line as text, as parsed JSON, or as a record, in any profile. */
export type TreeLine = string | SpanRecord | Record<string, unknown>;

/** Options of {@link tree}. */
export interface TreeOptions {
  /**
   * Keys to print behind a span's name, such as `gen_ai.usage.input_tokens`. Keys without a value are left out.
   * @defaultValue none
   */
  attributes?: readonly string[];
}

const TREE_SHAPE: Shape<TreeOptions> = { attributes: option.list(option.string()) };

interface Item extends Placed {
  readonly record: SpanRecord;
}

function toItem(record: SpanRecord): Item {
  return {
    record,
    spanId: record.span_id ?? '',
    parentId: record.parent_span_id,
    remoteParent: record['spanline.parent.remote'] === true || record['spanline.rollup.spans'] !== undefined,
    start: record['event.start'] ?? record['@timestamp'] ?? '',
    eventId: record['event.id'] ?? '',
  };
}

function readItems(lines: Iterable<TreeLine>): Item[] {
  const items: Item[] = [];
  for (const line of lines) {
    const record = parseLine(line)?.record;
    if (record?.['event.name'] === 'span.end') items.push(toItem(record));
  }
  return items;
}

function label({ record }: Item, attributes: readonly string[]): string {
  let text = `${record['span.type'] ?? '?'} ${record['span.name'] ?? '?'}`;
  const status = record['span.status'] ?? 'ok';
  if (status !== 'ok') text += ` [${status}]`;
  for (const key of attributes) {
    const value = (record as Record<string, unknown>)[key];
    if (value !== undefined) text += ` ${key}=${JSON.stringify(value)}`;
  }
  return text;
}

function print(nodes: readonly TreeNode<Item>[], depth: number, attributes: readonly string[], out: string[]): void {
  const stack = nodes.map((node) => ({ node, depth })).reverse();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth: level } = top;
    out.push(`${'  '.repeat(level)}${label(node.item, attributes)}`);
    for (const child of node.children.toReversed()) stack.push({ node: child, depth: level + 1 });
  }
}

/**
 * Prints the span trees of a log as text that a test can compare: a line for each finished span with its type and name,
 * indented by two blanks a level, and its status in brackets unless it is `ok`. Lines may come in any order and any
 * profile. Lines that are no finished span are skipped.
 *
 * - Siblings are sorted by start, then by `event.id`, then by their order in the input. Traces are sorted by their
 *   first span.
 * - Spans whose parent is missing are printed below `(missing parent)` at the end of their trace, unless the parent
 *   belongs to another process.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { memoryLog, tree } from '@spanline/core/testing';
 *
 * const log = memoryLog();
 * const tracer = createTracer({ logger: log.logger });
 * const answer = tracer.startSpan({ name: 'answer', type: 'chain' });
 * tracer.startSpan({ name: 'search', type: 'retriever', parent: answer }).end({ status: 'error' });
 * answer.end();
 * console.log(tree(log.lines()));
 * // chain answer
 * //   retriever search [error]
 * ```
 */
export function tree(lines: Iterable<TreeLine>, options: TreeOptions = {}): string {
  checkOptions(TREE_SHAPE, options);
  const traces = new Map<string, Item[]>();
  for (const item of readItems(lines)) {
    const traceId = item.record.trace_id ?? '';
    const items = traces.get(traceId);
    if (items === undefined) traces.set(traceId, [item]);
    else items.push(item);
  }
  const firstStart = (items: readonly Item[]): string =>
    items.map((item) => item.start).reduce((a, b) => (b < a ? b : a));
  const ordered = [...traces.values()].sort((a, b) => {
    const [first, second] = [firstStart(a), firstStart(b)];
    return first === second ? 0 : first < second ? -1 : 1;
  });
  const attributes = options.attributes ?? [];
  const out: string[] = [];
  for (const items of ordered) {
    const { roots, orphans } = buildForest(items);
    print(roots, 0, attributes, out);
    if (orphans.length > 0) out.push('(missing parent)');
    print(orphans, 1, attributes, out);
  }
  return out.join('\n');
}
