/** A command that answers a question from lines: its flags, its source, its filter, its exit code. */

import { allOf, type Filter, open, parseFilter, type Query, type QuerySource, type ReadOptions } from '@spanline/query';
import { type CommandIo, endEarly, EXIT, type RunCommand } from '../command.ts';
import { checkFlags, type FlagTable, type FlagValues, splitArguments } from '../flags.ts';
import { printHelp } from '../help.ts';
import { checkReportFlags, printReport, type Report, REPORT_FLAGS, REPORT_HELP } from '../report/index.ts';
import { clusterSource } from './cluster-source.ts';
import { defaultSources, findSources, isUrl, type SplitWords, splitWords } from './find-source.ts';
import { isRepeatable, nameNotes } from './name-notes.ts';
import { notesOf } from './notes.ts';
import { createScanProgress } from './scan-progress.ts';
import { timeRange } from './time-range.ts';

const SOURCE_FLAGS = { filter: 'texts', since: 'text', from: 'text', to: 'text', help: 'switch' } as const;
const SHORTS = { f: 'filter', h: 'help' } as const;

const SHARED_HELP = `
  -f, --filter f  only spans that pass a filter, such as 'type:llm duration>2s'
  --since t       since a length of time (90m, 7d) or a time
  --from t --to t between two times
${REPORT_HELP}
The source is a file, a folder, a glob, a URL of Elasticsearch or OpenSearch, or - for the standard input; otherwise
SPANLINE_SOURCE, or "source" of spanline.json. The key of a cluster is ES_API_KEY, or ES_BASIC (user:password).
Exit codes: 0 answered, 1 nothing found, 2 not everything could be read, 64 wrong usage, 130 interrupted.
`;

/** The tools of a question. */
interface Asked<Table extends FlagTable> {
  readonly query: Query;
  /** The sources of the query. */
  readonly sources: readonly string[];
  /** Opens one of them alone. It is closed with the query. */
  openOne(source: string): Query;
  /** All filters and the range of time. */
  readonly filter: Filter;
  /** Arguments of the question itself. */
  readonly words: readonly string[];
  readonly flags: FlagValues<Table>;
  /** Options for each method of the query: cancellation and progress. */
  readonly read: ReadOptions;
  readonly io: CommandIo;
}

/** A question. */
interface Question<Table extends FlagTable> {
  readonly name: string;
  /** Usage, what it does, and its own flags. Help for the shared flags follows. */
  readonly help: string;
  readonly flags: Table;
  /** Number of positional arguments of its own. Those behind them are the filter. @defaultValue 0 */
  readonly words?: number | ((flags: FlagValues<Table>, split: SplitWords) => number);
  /**
   * Does what needs no lines, so that it needs no source.
   *
   * @param positionals - everything that is no flag
   * @returns its exit code; `undefined` if the question is asked
   */
  readonly withoutLines?: (
    flags: FlagValues<Table>,
    positionals: readonly string[],
    io: CommandIo,
  ) => Promise<number> | undefined;
  /** @throws SpanlineError for a wrong flag */
  answer(asked: Asked<Table>): Promise<Report>;
}

/** `-status:ok` is a filter, not a row of letters; behind `-f` it is the value of that flag. */
const isFilter = (arg: string, index: number, args: readonly string[]): boolean =>
  /^-[a-z_][\w.]*(?:[:<>=]|!=)/i.test(arg) && !/^(?:-f|--filter)$/.test(args[index - 1] ?? '');

function filterOf(words: readonly string[], flags: FlagValues<typeof SOURCE_FLAGS>): Filter {
  const { since, from, to } = flags;
  const range = timeRange({
    ...(since === undefined ? {} : { since }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
  return allOf(parseFilter(words.join(' ')), ...(flags.filter ?? []).map((text) => parseFilter(text)), range);
}

/** Sources as they are opened. A silent standard input must not outlast the signal to stop. */
export function sourceOf(found: readonly string[], { stdin, stop, env }: CommandIo): QuerySource {
  const [only = '-', ...others] = found;
  if (others.length > 0) return found;
  if (isUrl(only)) return clusterSource(only, env);
  if (only !== '-') return only;
  stop.addEventListener('abort', () => stdin.destroy(), { once: true });
  return stdin;
}

/** A question with everything that it needs, checked. */
interface Given<Table extends FlagTable> {
  readonly sources: readonly string[];
  readonly words: readonly string[];
  readonly filter: Filter;
  readonly flags: FlagValues<Table>;
}

/** The answer to a question. */
interface Answer {
  readonly report: Report;
  /** Sentences about what was not read. */
  readonly notes: string;
  /** False if a file was not read. */
  readonly isWhole: boolean;
}

/** A question from a program: no argument of it can name a source. */
interface Request {
  readonly sources: readonly string[];
  /** @defaultValue none */
  readonly words?: readonly string[];
  /** Flags of the question, and `filter`, `since`, `from`, `to`. Those that are undefined are not given. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** A command that answers a question. */
export interface QuestionCommand extends RunCommand {
  /**
   * Answers without printing.
   *
   * @throws SpanlineError for a wrong flag or filter
   */
  answer(request: Request, io: CommandIo): Promise<Answer>;
}

async function answer<Table extends FlagTable>(
  question: Question<Table>,
  { sources, words, filter, flags }: Given<Table>,
  io: CommandIo,
): Promise<Answer> {
  const query = open(sourceOf(sources, io));
  const queries = [query];
  const openOne = (source: string): Query => {
    const one = open(sourceOf([source], io));
    queries.push(one);
    return one;
  };
  const progress = createScanProgress(io);
  try {
    const read = { signal: io.stop, onProgress: progress.show };
    const own = { ...io, stderr: progress.stderr };
    const report = await question.answer({ query, sources, openOne, filter, words, flags, read, io: own });
    const isWhole = queries.every((one) => one.unreadFiles().size === 0);
    const notes = queries.map(notesOf).join('');
    // They are read after the notes: each question counts bad lines again.
    const names = report.isOk === false && isRepeatable(sources) ? await nameNotes(query, filter, read) : '';
    return { report, notes: notes + names, isWhole };
  } finally {
    progress.clear();
    for (const one of queries) await one.close();
  }
}

async function ask<Table extends FlagTable>(
  question: Question<Table>,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const table = { ...question.flags, ...SOURCE_FLAGS, ...REPORT_FLAGS };
  const negated = args.filter(isFilter);
  const split = splitArguments(
    args.filter((arg, index) => !isFilter(arg, index, args)),
    table,
    SHORTS,
  );
  const flags = checkFlags<FlagTable>(split.flags, table) as FlagValues<Table> &
    FlagValues<typeof SOURCE_FLAGS> &
    FlagValues<typeof REPORT_FLAGS>;
  if (flags.help === true) {
    printHelp(question.help + SHARED_HELP, io);
    return EXIT.ok;
  }
  checkReportFlags(flags);
  const done = question.withoutLines?.(flags, [...split.positionals, ...negated], io);
  if (done !== undefined) return done;
  const { words: wanted = 0 } = question;
  const hasSource = defaultSources(io) !== undefined;
  const count = typeof wanted === 'number' ? wanted : wanted(flags, splitWords(split.positionals, { hasSource }));
  const { sources, words, ambiguous } = splitWords(split.positionals, { needed: count, hasSource });
  const own = words.slice(0, count);
  const filter = filterOf([...words.slice(own.length), ...negated], flags);
  const given = { sources: findSources(sources, io, flags), words: own, filter, flags };
  const { report, notes, isWhole } = await answer(question, given, io);
  if (report.isSilent !== true) await printReport(report, flags, io);
  for (const word of ambiguous)
    io.stderr.write(`note: ${word} was taken as a word; write ./${word} for the file or folder\n`);
  io.stderr.write(notes);
  if (!isWhole || report.isComplete === false) return EXIT.incomplete;
  return report.isOk === false ? EXIT.refused : EXIT.ok;
}

/** Makes the command of a question. */
export function defineQuestion<const Table extends FlagTable>(question: Question<Table>): QuestionCommand {
  const run: RunCommand = async (args, io) => {
    try {
      return await ask(question, args, io);
    } catch (error) {
      return endEarly(question.name, error, io);
    }
  };
  return Object.assign(run, {
    async answer({ sources, words = [], flags: wanted }: Request, io: CommandIo): Promise<Answer> {
      const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
      const flags = checkFlags<FlagTable>(given, { ...question.flags, ...SOURCE_FLAGS }) as FlagValues<Table> &
        FlagValues<typeof SOURCE_FLAGS>;
      return answer(question, { sources, words, filter: filterOf([], flags), flags }, io);
    },
  });
}
