/** `spanline init`: adds traces, middleware and alert rules to an application, after a yes. */

import { createTwoFilesPatch } from 'diff';
import { type CommandIo, endEarly, EXIT, type RunCommand } from '../../command.ts';
import { isConfirmed } from '../../confirm.ts';
import { fail } from '../../fail.ts';
import { checkFlags, type FlagValues, splitArguments } from '../../flags.ts';
import { printHelp } from '../../help.ts';
import {
  type Block,
  checkReportFlags,
  printReport,
  type Report,
  REPORT_FLAGS,
  REPORT_HELP,
} from '../../report/index.ts';
import { version } from '../../version.ts';
import { readApp } from '../app/read-app.ts';
import { applyChanges } from './apply.ts';
import { type Change, makePlan, type Plan } from './plan.ts';

const FLAGS = { yes: 'switch', 'dry-run': 'switch', help: 'switch', ...REPORT_FLAGS } as const;

const HELP = `spanline init [dir]

Finds out how an application is written, and shows what it would add: a tracer with a monitor, alert rules, the
middleware of Express, and the packages in package.json. It writes after a yes. What it does not understand it leaves
alone, and prints the lines to add by hand. It runs no package manager.

  --yes           write without asking
  --dry-run       only show what would be written
  -h, --help      this help
${REPORT_HELP}
Exit codes: 0 written, or nothing to do; 1 not written; 2 a file could not be written; 64 wrong usage; 130 interrupted.
`;

function diffOf({ path, before, after }: Change): string {
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  return createTwoFilesPatch(from, `b/${path}`, before ?? '', after, undefined, undefined, { context: 3 }).replace(
    /^=+\n/,
    '',
  );
}

const installCommand = ({ layout }: Plan): string => `${layout.packageManager} install`;

function factsOf({ layout, frameworks }: Plan): Block {
  return {
    kind: 'facts',
    facts: [
      [
        'uses',
        frameworks.length === 0 ? 'no framework that Spanline knows' : frameworks.map(({ name }) => name).join(', '),
      ],
      ['starts with', layout.entry?.path ?? 'a file that was not found'],
    ],
  };
}

function blocksOf(plan: Plan): Block[] {
  const { changes, byHand } = plan;
  return [
    factsOf(plan),
    ...changes.map((change): Block => ({ kind: 'lines', lines: diffOf(change).trimEnd().split('\n') })),
    ...byHand.flatMap(({ why, lines }): Block[] => [
      { kind: 'heading', text: `By hand. ${why}` },
      { kind: 'lines', lines: lines.map((line) => `  ${line}`) },
    ]),
    ...(changes.length === 0 ? [{ kind: 'text' as const, text: 'Nothing to write.' }] : []),
  ];
}

function reportOf(plan: Plan, isWritten: boolean): Report {
  const { layout, frameworks, changes, byHand } = plan;
  return {
    blocks: blocksOf(plan),
    data: {
      frameworks: frameworks.map(({ name }) => name),
      entry: layout.entry?.path,
      changes: changes.map((change) => ({
        path: change.path,
        isNew: change.before === undefined,
        diff: diffOf(change),
      })),
      byHand,
      install: installCommand(plan),
      isWritten,
    },
  };
}

async function decide(plan: Plan, flags: FlagValues<typeof FLAGS>, io: CommandIo): Promise<boolean> {
  if (plan.changes.length === 0 || flags['dry-run'] === true) return false;
  return flags.yes === true || isConfirmed(io, () => io.stdout.write('\nWrite these files? [y/N] '));
}

function nextSteps(plan: Plan): string {
  return `
Written. Next:
  ${installCommand(plan)}
  start the application and send a request: each step is a line of its log
  npx spanline doctor
`;
}

async function init(args: readonly string[], io: CommandIo): Promise<number> {
  const split = splitArguments(args, FLAGS, { h: 'help' });
  const flags = checkFlags(split.flags, FLAGS);
  if (flags.help === true) {
    printHelp(HELP, io);
    return EXIT.ok;
  }
  checkReportFlags(flags);
  const [folder = '.', ...others] = split.positionals;
  if (others.length > 0) return fail('dir', 'one folder');
  if (flags.yes === true && flags['dry-run'] === true) return fail('--yes', 'absent beside --dry-run');
  const isAsking = flags.yes !== true && flags['dry-run'] !== true;
  if (isAsking && (io.stdin.isTTY !== true || flags.json === true || flags.md === true))
    return fail('--yes', 'given, or --dry-run: there is no terminal to ask at');
  const app = await readApp(folder, 'dir');
  const plan = makePlan(app, version());
  io.stop.throwIfAborted();
  const shown = { ...flags, 'no-pager': true };
  if (isAsking) await printReport(reportOf(plan, false), shown, io);
  const isWriting = await decide(plan, flags, io);
  if (isWriting) applyChanges(app.folder, plan.changes);
  if (!isAsking) await printReport(reportOf(plan, isWriting), shown, io);
  if (plan.changes.length === 0 || flags['dry-run'] === true) return EXIT.ok;
  if (!isWriting) {
    io.stderr.write(`\nspanline init: ${io.stop.aborted ? 'interrupted, ' : ''}nothing was written\n`);
    return io.stop.aborted ? EXIT.interrupted : EXIT.refused;
  }
  if (flags.json !== true && flags.md !== true) io.stdout.write(nextSteps(plan));
  return EXIT.ok;
}

/** Runs `spanline init`. */
export const runInit: RunCommand = async (args, io) => {
  try {
    return await init(args, io);
  } catch (error) {
    return endEarly('init', error, io);
  }
};
