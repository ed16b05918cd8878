/** `spanline doctor`: what is missing in an application, and what is wrong with the lines of its log. */

import { existsSync } from 'node:fs';
import { type Examination, type Filter, open } from '@spanline/query';
import { SpanlineError } from '@spanline/record';
import { type CommandIo, endEarly, EXIT, type RunCommand } from '../../command.ts';
import { fail } from '../../fail.ts';
import { checkFlags, splitArguments } from '../../flags.ts';
import { printHelp } from '../../help.ts';
import { checkReportFlags, printReport, REPORT_FLAGS, REPORT_HELP } from '../../report/index.ts';
import { createScanProgress, findSources, notesOf, sourceOf, splitWords, timeRange } from '../../source/index.ts';
import { readApp } from '../app/read-app.ts';
import { doctorReport } from './doctor-report.ts';
import { examineApp } from './examine-app.ts';
import { createPersonalDataFinder } from './personal-data.ts';

const FLAGS = { app: 'text', since: 'text', from: 'text', to: 'text', help: 'switch', ...REPORT_FLAGS } as const;

const HELP = `spanline doctor [source] [--app dir]

Says which of instrumentation, dashboards and alerts an application lacks, and what is wrong with the lines of its log:
lost, repeated and cut lines, levels and times that log stores do not read, spans that never ended or have no parent,
unknown prices, content and personal data that must not be there.

  --app dir       the folder of the application. Default: the working folder, if it has a package.json
  --since t       lines since a length of time (90m, 7d) or a time. Those without a time are looked at, too
  --from t --to t lines between two times
  -h, --help      this help
${REPORT_HELP}
The source is a file, a folder, a glob, or - for the standard input; otherwise SPANLINE_SOURCE, or "source" of
spanline.json. Without one, only the application is examined.
Exit codes: 0 no errors, 1 an error was found, 2 not everything could be read, 64 wrong usage, 130 interrupted.
`;

interface ExaminedLog {
  readonly log: Examination;
  readonly notes: string;
  readonly isWhole: boolean;
}

async function examineLog(sources: readonly string[], times: Filter, io: CommandIo): Promise<ExaminedLog> {
  const query = open(sourceOf(sources, io), { index: false });
  const progress = createScanProgress(io);
  try {
    const findPersonalData = createPersonalDataFinder();
    const log = await query.examine({ signal: io.stop, onProgress: progress.show, times, findPersonalData });
    return { log, notes: notesOf(query), isWhole: query.unreadFiles().size === 0 };
  } finally {
    progress.clear();
    await query.close();
  }
}

/** The sources that are named here or elsewhere; none if there is an application to look at. */
function sourcesOf(given: readonly string[], hasApp: boolean, io: CommandIo): readonly string[] {
  try {
    return findSources(given, io);
  } catch (error) {
    if (hasApp && given.length === 0 && error instanceof SpanlineError) return [];
    throw error;
  }
}

async function examine(args: readonly string[], io: CommandIo): Promise<number> {
  const split = splitArguments(args, FLAGS, { h: 'help' });
  const flags = checkFlags(split.flags, FLAGS);
  if (flags.help === true) {
    printHelp(HELP, io);
    return EXIT.ok;
  }
  checkReportFlags(flags);
  const { sources: given, words } = splitWords(split.positionals);
  if (words.length > 0) return fail('source', 'an existing file or folder, or a glob');
  const folder = flags.app ?? (existsSync('package.json') ? '.' : undefined);
  const app = folder === undefined ? undefined : await readApp(folder, '--app');
  const sources = sourcesOf(given, app !== undefined, io);
  const read = sources.length === 0 ? undefined : await examineLog(sources, timeRange(flags), io);
  const examined = app && { folder: app.folder, ...examineApp(app, read?.log) };
  const report = doctorReport({ app: examined, log: read?.log });
  await printReport(report, flags, io);
  io.stderr.write(read?.notes ?? '');
  if (read?.isWhole === false) return EXIT.incomplete;
  return report.isOk === false ? EXIT.refused : EXIT.ok;
}

/** Runs `spanline doctor`. */
export const doctor: RunCommand = async (args, io) => {
  try {
    return await examine(args, io);
  } catch (error) {
    return endEarly('doctor', error, io);
  }
};
