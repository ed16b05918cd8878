/**
 * Rows of a log that DuckDB reads itself. Some of the lines show which keys the log has. Of each row it
 * says how long its line would be if a tracer had written exactly these keys and values. If the line is as long, the
 * row holds what `parseLine` would read. If not, there is something else in it: another key, a value of another type,
 * an escape, a space.
 */

import type { AttributeKey } from '@spanline/record';
import { columnOf } from '../filter/index.ts';
import type { LogFile } from '../lines/index.ts';
import { type IndexColumn, indexColumn, INDEXED_KEYS, PLACE, PLACE_TYPES } from './columns.ts';
import { identifier, literal } from './duckdb.ts';
import { millisOf, type Reading, readingOf, unlike } from './plain-values.ts';

const SAMPLES = 16;
const SAMPLE_BYTES = 65_536;
const UNLIKE: ReadonlySet<string> = unlike(INDEXED_KEYS);
/** Without one of these, `parseLine` looks for other fields. */
const NEEDED: readonly AttributeKey[] = ['spanline.schema', '@timestamp', 'level', 'message', 'event.name'];
const MIN_SHARE = 0.5;

function keysOf(line: string): string[] {
  try {
    return Object.keys(JSON.parse(line) as object);
  } catch {
    return [];
  }
}

/**
 * The keys of some lines of a file, and whether each of these lines has them; `undefined` if most lines are not what a
 * tracer writes.
 */
function sampleKeys(file: LogFile, size: number): Map<string, boolean> | undefined {
  const counts = new Map<string, number>(NEEDED.map((key) => [key, 0]));
  let lines = 0;
  let own = 0;
  for (let part = 0; part < SAMPLES; part++) {
    const bytes = file.readAt(Math.floor((size / SAMPLES) * part), SAMPLE_BYTES);
    for (const line of bytes
      .toString('utf8')
      .split('\n')
      .slice(part === 0 ? 0 : 1, -1)) {
      lines++;
      const keys = keysOf(line);
      if (!NEEDED.every((key) => keys.includes(key)) || keys.some((key) => UNLIKE.has(key))) continue;
      own++;
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  if (own <= lines * MIN_SHARE) return undefined;
  return new Map([...counts].map(([key, count]) => [key, count === own]));
}

/** Keys that differ in more than upper and lower case: names in SQL do not. */
function distinct(keys: readonly string[]): string[] {
  const seen = new Map(keys.map((key) => [key.toLowerCase(), key]));
  return [...seen.values()];
}

/**
 * SQL of the bytes of a line that has these values and no others; null for a line without a key that lines always have.
 */
function lengthOf(readings: readonly Reading[], isAlways: (key: string) => boolean): string {
  const parts = readings.map(({ key, quotes }) => {
    const around = Buffer.byteLength(JSON.stringify(key)) + ':,'.length + quotes;
    const bytes = `strlen(${identifier(key)}) + ${around}`;
    return isAlways(key) ? bytes : `coalesce(${bytes}, 0)`;
  });
  return `1 + ${parts.join(' + ')}`;
}

/**
 * A statement that yields the rows of a file, in the order of its lines. Its parameter is the path of the file. The
 * column `PLACE.length` says how long the line would be; null if it has to be parsed.
 *
 * @returns `undefined` if most lines are not what a tracer writes
 */
export function selectPlainLines(file: LogFile, size: number): string | undefined {
  const keys = sampleKeys(file, size);
  if (keys === undefined) return undefined;
  const isAlways = (key: string): boolean => keys.get(key) === true;
  const indexed = new Map<string, IndexColumn>();
  const readings = distinct([...keys.keys()]).map((key): Reading => {
    const source = columnOf(key);
    const column = source && indexColumn(source);
    if (column === undefined) return { key, type: 'JSON', quotes: 0 };
    indexed.set(key, column);
    return readingOf(column);
  });
  const valueOf = (key: AttributeKey): string =>
    readings.find((reading) => reading.key === key)?.value ?? 'CAST(NULL AS DOUBLE)';
  const timeAt = (key: AttributeKey): string => (indexed.has(key) ? millisOf(identifier(key)) : 'CAST(NULL AS DOUBLE)');
  const duration = valueOf('duration_ms');
  const start = `coalesce(${timeAt('event.start')}, ${timeAt('@timestamp')} - coalesce(${duration}, 0))`;
  const isPlain = [
    ...NEEDED.map((key) => `${identifier(key)} IS NOT NULL`),
    // `IN` makes a join of it, which loses the order of the lines.
    `list_contains(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], "level")`,
    ...readings.flatMap(({ key, isRight }) => {
      if (isRight === undefined) return [];
      return [isAlways(key) ? `(${isRight})` : `(${identifier(key)} IS NULL OR ${isRight})`];
    }),
  ];
  const places: Readonly<Record<string, string>> = {
    [PLACE.length]: `CASE WHEN ${isPlain.join(' AND ')} THEN ${lengthOf(readings, isAlways)} END`,
    [PLACE.isEnd]: `"event.name" = 'span.end'`,
    [PLACE.start]: start,
    [PLACE.stop]: `CASE WHEN ${duration} IS NULL THEN ${timeAt('@timestamp')} ELSE ${start} + ${duration} END`,
  };
  const columns = [...indexed].map(([key, { name, type }]) => {
    const value = readings.find((reading) => reading.key === key)?.value ?? 'NULL';
    return { name, sql: `CAST(${value} AS ${type})` };
  });
  const selected = [
    ...Object.entries(PLACE_TYPES).map(([name, type]) => ({ name, sql: `CAST(${places[name] ?? 'NULL'} AS ${type})` })),
    ...columns,
  ].map(({ name, sql }) => `${sql} AS ${identifier(name)}`);
  const types = readings.map(({ key, type }) => `${literal(key)}: '${type}'`);
  const texts = readings.map(({ key }) => `CAST(${identifier(key)} AS VARCHAR) AS ${identifier(key)}`);
  return `SELECT ${selected.join(', ')} FROM (SELECT ${texts.join(', ')}
    FROM read_json($1, format = 'newline_delimited', records = true, columns = {${types.join(', ')}}))`;
}
