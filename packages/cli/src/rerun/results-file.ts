/** The file of results: lines of the schema, whole traces alone, so that an interrupted rerun goes on where it was. */
import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseLine, SpanlineError, type SpanRecord } from '@spanline/record';
import { fail } from '../fail.ts';

/** The lines of one trace that was run again. */
export interface Result {
  /** The recorded trace. */
  readonly traceId: string;
  /** Spans of the new run. */
  readonly spans: readonly SpanRecord[];
  /** Score lines of both sides, by their trace. */
  readonly scores: readonly SpanRecord[];
}

/** A file of results. */
export interface ResultsFile {
  /** Ids of the recorded traces that the file has. */
  readonly done: ReadonlySet<string>;
  /** Adds the lines of one trace, in one piece. */
  add(lines: readonly string[]): void;
  /** Reads everything that the file has. */
  results(): Result[];
}

/** Labels of the first span of a run. */
const LABELS = { experiment: 'labels.experiment', item: 'labels.item', change: 'labels.change' } as const;

interface Line {
  readonly text: string;
  readonly record: SpanRecord;
}

function linesOf(path: string): Line[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text) => {
      const record = text === '' ? undefined : parseLine(text)?.record;
      return record === undefined ? [] : [{ text, record }];
    });
}

/** A run is whole if its first span, which is written last, is there. */
const isRun = ({ record }: Line): boolean =>
  record['event.name'] === 'span.end' && record.parent_span_id === undefined && record[LABELS.item] !== undefined;

/** Recorded traces by the traces whose lines belong to their run: the run, the judges, and the recording itself. */
function ownersOf(lines: readonly Line[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { record } of lines.filter(isRun)) {
    const item = String(record[LABELS.item]);
    owners.set(record.trace_id ?? '', item).set(item, item);
  }
  for (const { record } of lines) {
    const owner = owners.get(record['spanline.link.trace_id'] ?? '');
    if (owner !== undefined && !owners.has(record.trace_id ?? '')) owners.set(record.trace_id ?? '', owner);
  }
  return owners;
}

/** Nothing is made before there is a result. */
function checkWritable(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) fail('--out', 'a file');
  let nearest = there === undefined ? dirname(resolve(path)) : path;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK);
    if (there === undefined && !statSync(nearest).isDirectory()) throw new Error(`${nearest} is no folder`);
  } catch (cause) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: '--out',
      expected: 'a file that can be written',
      cause,
    });
  }
}

/**
 * Opens a file of results, or makes it. Lines of a trace that is not whole are removed.
 *
 * @param change - hash of what is changed
 * @throws SpanlineError `ERR_INVALID_OPTION` for a file of something else
 */
export function openResults(path: string, change: string): ResultsFile {
  checkWritable(path);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = linesOf(path);
  const runs = lines.filter(isRun);
  const isForeign =
    runs.length === 0 ? text.trim() !== '' && !lines.some(({ record }) => record['spanline.schema']) : false;
  const other = runs.find(({ record }) => record[LABELS.change] !== change);
  if (isForeign || other !== undefined) {
    const has = isForeign
      ? 'is no file of a rerun'
      : `has the results of another rerun (${String(other?.record[LABELS.experiment])})`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem: `${path} ${has}; --out names another file` });
  }
  const owners = ownersOf(lines);
  const kept = lines.filter(({ record }) => owners.has(record.trace_id ?? '')).map((line) => `${line.text}\n`);
  if (kept.join('') !== text) {
    writeFileSync(`${path}.tmp`, kept.join(''), { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }
  return {
    done: new Set(runs.map(({ record }) => String(record[LABELS.item]))),
    add(added) {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, added.join(''), { mode: 0o600 });
    },
    results() {
      const now = linesOf(path);
      const byItem = new Map<string, { spans: SpanRecord[]; scores: SpanRecord[] }>();
      const of = ownersOf(now);
      const roots = new Set(now.filter(isRun).map(({ record }) => record.trace_id));
      for (const { record } of now) {
        const item = of.get(record.trace_id ?? '') ?? '';
        const one = byItem.get(item) ?? { spans: [], scores: [] };
        byItem.set(item, one);
        if (record['event.name'] === 'gen_ai.evaluation.result') one.scores.push(record);
        else if (roots.has(record.trace_id)) one.spans.push(record);
      }
      return [...byItem].map(([traceId, { spans, scores }]) => ({ traceId, spans, scores }));
    },
  };
}
