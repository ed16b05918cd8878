/** `spanline export`: spans of a log as a file for other programs. */

import { nearest } from '@spanline/record';
import { fail } from '../../fail.ts';
import { cell, lineText, type Report } from '../../report/index.ts';
import { defineQuestion } from '../../source/index.ts';
import { policyOf } from './capture.ts';
import { FORMATS, type Written } from './formats.ts';
import { checkTarget } from './write-out.ts';

const HELP = `spanline export <format> [source] [filter] --out FILE

Writes spans as a file for other programs. Formats:

  csv             a table for spreadsheets; cells that would be formulas begin with '
  parquet         the same table; it needs @duckdb/node-api
  arrow           the same table as an Arrow IPC file (Feather); it needs apache-arrow
  dataset         one JSON line for each model call: input, output, metadata, scores
  perfetto        the trace event format of ui.perfetto.dev and chrome://tracing
  otlp            OTLP/JSON, the body of a request to an OpenTelemetry receiver
  html <id>       a page of one trace in one file, which opens from a disk

  --out FILE      the file, for its owner only; - is the standard output
  --force         replace the file if it is there
  --capture mode  full (as logged), redacted (the rules of redaction applied again: the default of html), or metadata
                  (no content)
  --columns a,b   columns of csv, parquet and arrow, in the names of filters (all)
  --spans kind    of dataset: llm (each model call) or root (each trace)
  --unique        of dataset: only the first item of each input
`;

const NAMES = Object.keys(FORMATS).join(', ');

function formatOf(name: string | undefined): (typeof FORMATS)[string] {
  const format = name !== undefined && Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format !== undefined) return format;
  const meant = name === undefined ? undefined : nearest(name, Object.keys(FORMATS));
  return fail('format', `one of ${NAMES}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

/** Flags that belong to some formats. */
const ONLY = { columns: ['csv', 'parquet', 'arrow'], spans: ['dataset'], unique: ['dataset'] } as const;

function checkFormatFlags(format: string, flags: Readonly<Record<string, unknown>>): void {
  for (const [flag, formats] of Object.entries(ONLY))
    if (flags[flag] !== undefined && !(formats as readonly string[]).includes(format))
      fail(`--${flag}`, `absent: it belongs to ${formats.join(', ')}`);
}

function reportOf(format: string, path: string, { bytes, count, notes = [] }: Written): Report {
  const isOk = count > 0;
  const things = format === 'dataset' ? 'items' : 'spans';
  const data = { format, file: path, count, bytes };
  const more = notes.map((text) => ({ kind: 'text' as const, text, tone: 'dim' as const }));
  if (path === '-') return { blocks: [], data, isOk, isSilent: true };
  if (!isOk)
    return { blocks: [{ kind: 'text', text: 'Nothing was found. No file was written.' }, ...more], data, isOk };
  const facts = [
    ['file', path],
    [things, cell.count(count)],
    ['bytes', cell.count(bytes ?? 0)],
  ] as const;
  return { blocks: [{ kind: 'facts', facts }, ...more], data, isOk };
}

/** Runs `spanline export`. */
export const exportCommand = defineQuestion({
  name: 'export',
  help: HELP,
  words: (_, { words: [name] }) => (name === 'html' ? 2 : 1),
  flags: {
    out: 'text',
    force: 'switch',
    capture: 'text',
    columns: 'text',
    spans: 'text',
    unique: 'switch',
  },
  async answer({ query, sources, filter, words: [name = '', id], flags, read, io }): Promise<Report> {
    const write = formatOf(name);
    checkFormatFlags(name, flags);
    const {
      out = fail('--out', 'a file, or - for the standard output'),
      force = false,
      capture = name === 'html' ? 'redacted' : 'full',
    } = flags;
    const target = { path: out, force };
    checkTarget(target);
    const policy = await policyOf(capture);
    const written = await write({ query, sources, filter, id, policy, flags, read, target, io });
    // The standard output has the export alone.
    if (out === '-') for (const note of written.notes ?? []) io.stderr.write(`note: ${lineText(note)}\n`);
    return reportOf(name, out, written);
  },
});
