/** A command that removes lines: from files or a cluster, as a dry run or with `--yes`, with a receipt. */

import { type CommandIo, endEarly, EXIT, type RunCommand } from '../../command.ts';
import { fail } from '../../fail.ts';
import { checkFlags, type FlagTable, type FlagValues, splitArguments } from '../../flags.ts';
import { printHelp } from '../../help.ts';
import { checkReportFlags, printReport, REPORT_FLAGS, REPORT_HELP } from '../../report/index.ts';
import { findSources, splitWords } from '../../source/index.ts';
import { type ClusterRemoval, removeFromCluster } from './cluster.ts';
import { openSourceFiles, type SourceFile } from './files.ts';
import { type Criterion, type FilePlan, planFile } from './plan.ts';
import { appendReceipt, hashOf, type Receipt } from './receipt.ts';
import { type FileOutcome, type Outcome, refusalOf, removeLines } from './remove-lines.ts';
import { removeLeftovers } from './replace-file.ts';
import { reportOf } from './report.ts';
import { lockSpools, type SpoolLocks } from './spools.ts';

const FLAGS = {
  yes: 'switch',
  'dry-run': 'switch',
  traces: 'text',
  receipt: 'text',
  help: 'switch',
  ...REPORT_FLAGS,
} as const;

const NO_DOCUMENTS = { documents: 0, traceDocuments: 0 };

const SHARED_HELP = `
  --yes           do it; without it, nothing is changed
  --dry-run       say what would go, and change nothing, as without --yes
  --traces NAMES  in a cluster: streams of trace documents to reach too, with commas; all; or none
  --receipt FILE  append a receipt to a file: time, counts, and a hash of the arguments
${REPORT_HELP}
The sources are files, folders of rotated files, globs, folders of spools, or a URL of Elasticsearch or OpenSearch, whose
key is ES_API_KEY, or ES_BASIC (user:password).
Exit codes: 0 done, 1 nothing found or a file had to stay as it is, 2 not everything could be read, 64 wrong usage, 130
interrupted.
`;

/** Lines that are to go. */
interface Removal {
  /** For the receipt: the kind of the argument. */
  readonly by: string;
  /** For the hash in the receipt. */
  readonly argument: string;
  /** Reads the files as often as it needs to. */
  prepare(files: readonly SourceFile[], signal: AbortSignal): Promise<Criterion>;
  /** Called before the first change, so that a run that is killed can be gone on with. */
  begin?(): void;
  /** Called when nothing is left. */
  end?(): void;
  readonly cluster: ClusterRemoval;
}

/** A command that removes lines. */
interface RemovalCommand<Table extends FlagTable> {
  readonly name: string;
  readonly help: string;
  readonly flags: Table;
  /** @throws SpanlineError for a wrong flag */
  toRemoval(flags: FlagValues<Table>, io: CommandIo): Removal;
}

/** Writes the receipt of a moment. */
type WriteReceipt = (status: Receipt['status'], outcome: Outcome) => Receipt;

const isUrl = (source: string): boolean => /^https?:/i.test(source);

async function planFiles(files: readonly SourceFile[], removal: Removal, signal: AbortSignal): Promise<FilePlan[]> {
  const readable = files.filter(({ refusal }) => refusal === undefined);
  const criterion = await removal.prepare(readable, signal);
  const plans: FilePlan[] = [];
  for (const file of files) {
    if (file.refusal === undefined) plans.push(await planFile(file, criterion, signal));
    else plans.push({ ...file, ranges: [], lines: 0, bytes: 0, mentions: 0, isAll: false });
  }
  return plans;
}

const withRefusal = (plan: FilePlan): FileOutcome => {
  const refusal = refusalOf(plan);
  return refusal === undefined ? { plan } : { plan, refusal };
};

function tidy(plans: readonly FilePlan[]): void {
  for (const { file, refusal } of plans) {
    try {
      if (refusal === undefined) removeLeftovers(file.path);
    } catch {
      // Another run works on it.
    }
  }
}

async function fromFiles(
  sources: readonly string[],
  removal: Removal,
  isWanted: boolean,
  write: WriteReceipt,
  { stop, stderr }: CommandIo,
): Promise<Outcome> {
  const unread = new Map<string, string>();
  const files = await openSourceFiles(sources, (path, reason) => unread.set(path, reason));
  let locks: SpoolLocks | undefined;
  try {
    const all = await planFiles(files, removal, stop);
    const plans = all.filter(
      ({ ranges, refusal, mentions }) => ranges.length > 0 || refusal !== undefined || mentions > 0,
    );
    const planned = plans.map((plan) => (plan.ranges.length > 0 || plan.refusal ? withRefusal(plan) : { plan }));
    const plan = { isDone: false, isInterrupted: false, files: planned, ...NO_DOCUMENTS, unread };
    if (!isWanted) return plan;
    const outcomes: FileOutcome[] = [];
    write('begun', plan);
    removal.begin?.();
    tidy(all);
    const segments = plans.filter(({ kind, ranges }) => kind === 'segment' && ranges.length > 0);
    const paths = segments.map(({ file }) => file.path);
    locks = await lockSpools(paths, stop, (text) => void stderr.write(`${text}\n`));
    for (const one of plans) {
      if (stop.aborted) break;
      if (one.ranges.length === 0)
        outcomes.push(one.refusal === undefined ? { plan: one } : { plan: one, refusal: one.refusal });
      else outcomes.push(await removeLines(one, locks, stop).catch(() => ({ plan: one, refusal: 'interrupted' })));
    }
    const isWhole = !stop.aborted && unread.size === 0 && outcomes.every(({ refusal }) => refusal === undefined);
    if (isWhole) removal.end?.();
    return { isDone: true, isInterrupted: stop.aborted, files: outcomes, ...NO_DOCUMENTS, unread };
  } finally {
    locks?.release();
    for (const { file } of files) file.close();
  }
}

async function fromCluster(
  source: string,
  removal: Removal,
  { isWanted, traces }: { readonly isWanted: boolean; readonly traces: string | undefined },
  write: WriteReceipt,
  io: CommandIo,
): Promise<Outcome> {
  const unchanged = { isDone: isWanted, isInterrupted: false, files: [], ...NO_DOCUMENTS, unread: new Map() };
  const begin = (): void => void write('begun', unchanged);
  if (traces === undefined && removal.cluster.traces === 'none')
    io.stderr.write('note: documents of trace screens stay; --traces all reaches those of every stream\n');
  return { ...unchanged, ...(await removeFromCluster(source, removal.cluster, { isWanted, traces, begin }, io)) };
}

function receiptOf({ by, argument }: Removal, name: string, sources: readonly string[]): WriteReceipt {
  return (status, { files, documents }) => {
    const done = files.filter(({ refusal, plan }) => refusal === undefined && plan.ranges.length > 0);
    return {
      time: new Date().toISOString(),
      command: name,
      by,
      arguments: hashOf([name, by, argument, sources]),
      status,
      files: done.length,
      lines: done.reduce((sum, { plan }) => sum + plan.lines, 0),
      bytes: done.reduce((sum, { plan }) => sum + plan.bytes, 0),
      documents,
      refused: files.filter(({ refusal }) => refusal !== undefined).length,
    };
  };
}

async function remove<Table extends FlagTable>(
  command: RemovalCommand<Table>,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const table = { ...command.flags, ...FLAGS };
  const split = splitArguments(args, table, { h: 'help' });
  const flags = checkFlags<FlagTable>(split.flags, table) as FlagValues<Table> & FlagValues<typeof FLAGS>;
  if (flags.help === true) {
    printHelp(command.help + SHARED_HELP, io);
    return EXIT.ok;
  }
  checkReportFlags(flags);
  const { sources: given, words } = splitWords(split.positionals);
  if (words.length > 0) fail('source', `a file, a folder, a glob or a URL: there is no ${words[0] ?? ''}`);
  const sources = findSources(given, io);
  if (sources.includes('-')) fail('source', 'files or a cluster: lines of the standard input cannot be removed');
  if (sources.some(isUrl) && sources.length > 1) fail('source', 'one cluster, or files alone');
  if (flags.traces !== undefined && !sources.some(isUrl)) fail('--traces', 'given with the URL of a cluster');
  const removal = command.toRemoval(flags, io);
  const isWanted = flags.yes === true;
  if (isWanted && flags['dry-run'] === true) fail('--yes', 'absent beside --dry-run');
  const toReceipt = receiptOf(removal, command.name, sources);
  const write: WriteReceipt = (status, at) => {
    const receipt = toReceipt(status, at);
    if (flags.receipt !== undefined) appendReceipt(flags.receipt, receipt);
    return receipt;
  };
  const [first = ''] = sources;
  const outcome = isUrl(first)
    ? await fromCluster(first, removal, { isWanted, traces: flags.traces }, write, io)
    : await fromFiles(sources, removal, isWanted, write, io);
  const isComplete = !outcome.isInterrupted && outcome.unread.size === 0;
  const isWhole = isComplete && outcome.files.every(({ refusal }) => refusal === undefined);
  const receipt = isWanted ? write(isWhole ? 'done' : 'incomplete', outcome) : undefined;
  const report = reportOf(outcome, receipt);
  await printReport(report, flags, io);
  for (const [file, reason] of outcome.unread) io.stderr.write(`warn: ${file} was not read: ${reason}\n`);
  if (outcome.isInterrupted) return EXIT.interrupted;
  if (!isComplete) return EXIT.incomplete;
  return report.isOk === false ? EXIT.refused : EXIT.ok;
}

/** Makes a command that removes lines. */
export function defineRemoval<const Table extends FlagTable>(command: RemovalCommand<Table>): RunCommand {
  return async (args, io) => {
    try {
      return await remove(command, args, io);
    } catch (error) {
      return endEarly(command.name, error, io);
    }
  };
}
