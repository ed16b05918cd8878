import { nearest } from '@spanline/record';
import { type CommandIo, EXIT, type RunCommand } from './command.ts';
import { printHelp } from './help.ts';
import { version } from './version.ts';

/** A command: one line about it, and its module, which is loaded when it runs. */
interface Command {
  readonly summary: string;
  load(): Promise<RunCommand>;
}

/** All commands, in the groups and the order of the help. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  Traces: {
    ls: {
      summary: 'list traces',
      load: async () => (await import('./ask/ls.ts')).ls,
    },
    show: {
      summary: 'one request, trace, session, user or span, with its content',
      load: async () => (await import('./ask/show/show.ts')).show,
    },
    tail: {
      summary: 'print traces while they are written: node app.js | spanline',
      load: async () => (await import('./tail/run-tail.ts')).runTail,
    },
    view: {
      summary: 'show traces in the browser',
      load: async () => (await import('./view/view.ts')).view,
    },
    replay: {
      summary: 'step through a trace, to the step that failed first',
      load: async () => (await import('./replay/replay.ts')).replayCommand,
    },
  },
  Figures: {
    stats: {
      summary: 'count, errors, quantiles, self time, tokens and cost of each step',
      load: async () => (await import('./ask/stats.ts')).stats,
    },
    top: {
      summary: 'the steps with the most self time, tokens or cost',
      load: async () => (await import('./ask/top.ts')).top,
    },
    slow: {
      summary: 'the slowest requests or steps',
      load: async () => (await import('./ask/slow.ts')).slow,
    },
    errors: {
      summary: 'errors by class, step and message',
      load: async () => (await import('./ask/errors.ts')).errors,
    },
    sessions: {
      summary: 'sessions of users',
      load: async () => (await import('./ask/sessions.ts')).sessions,
    },
    cost: {
      summary: 'cost by day, model and user, and of a month',
      load: async () => (await import('./ask/cost.ts')).cost,
    },
    reconcile: {
      summary: 'costs beside the bills of OpenAI, Anthropic and Bedrock',
      load: async () => (await import('./reconcile/reconcile.ts')).reconcile,
    },
    scores: {
      summary: 'scores of evaluations and users',
      load: async () => (await import('./ask/scores.ts')).scores,
    },
    prompts: {
      summary: 'calls, latency, cost and scores of prompt versions; import',
      load: async () => (await import('./prompts/run-prompts.ts')).runPrompts,
    },
  },
  Causes: {
    explain: {
      summary: 'what slow, expensive, failing or badly scored traces share',
      load: async () => (await import('./why/explain.ts')).explain,
    },
    diff: {
      summary: 'compare two logs, two traces, or before and after a time',
      load: async () => (await import('./why/diff.ts')).diff,
    },
    bisect: {
      summary: 'which change moved latency, cost, errors or a score',
      load: async () => (await import('./why/bisect.ts')).bisect,
    },
    drift: {
      summary: 'whether scores, answers, topics and refusals have changed',
      load: async () => (await import('./ask/drift.ts')).drift,
    },
  },
  'Tests and alerts': {
    check: {
      summary: "check a log in a pipeline: 'p95(rerank) < 2s'",
      load: async () => (await import('./why/check.ts')).checkCommand,
    },
    alerts: {
      summary: 'when alert rules would have fired; rules of other engines',
      load: async () => (await import('./why/alerts.ts')).alerts,
    },
    'make-test': {
      summary: 'write a test from a trace, which runs offline',
      load: async () => (await import('./replay/make-test.ts')).makeTestCommand,
    },
    rerun: {
      summary: 'run traces again with another model or prompt, and compare',
      load: async () => (await import('./rerun/rerun.ts')).rerun,
    },
  },
  'Set-up': {
    init: {
      summary: 'add traces and alert rules to an application, after a yes',
      load: async () => (await import('./care/init/init.ts')).runInit,
    },
    doctor: {
      summary: 'what an application lacks, and what is wrong with its log',
      load: async () => (await import('./care/doctor/doctor.ts')).doctor,
    },
    setup: {
      summary: 'set a log store up: templates, lifecycle, dashboards',
      load: async () => (await import('./provision/provision.ts')).provision,
    },
    dashboards: {
      summary: 'render, compare and apply the dashboards of a log store',
      load: async () => (await import('./dashboards/dashboards.ts')).dashboards,
    },
    ship: {
      summary: 'ship spools and files of JSON lines',
      load: async () => (await import('./ship/run-ship.ts')).runShip,
    },
    mcp: {
      summary: 'answer coding agents over the Model Context Protocol',
      load: async () => (await import('./mcp/mcp.ts')).mcp,
    },
  },
  Lines: {
    export: {
      summary: 'spans as CSV, Parquet, a dataset, OTLP, or a page in a file',
      load: async () => (await import('./care/export/export.ts')).exportCommand,
    },
    prune: {
      summary: 'remove old lines from files, spools and clusters',
      load: async () => (await import('./care/remove/prune.ts')).prune,
    },
    erase: {
      summary: 'remove every line of a user, session or trace',
      load: async () => (await import('./care/remove/erase.ts')).erase,
    },
  },
};

const COMMANDS: ReadonlyMap<string, Command> = new Map(Object.values(GROUPS).flatMap(Object.entries<Command>));

const OWN_FLAGS = ['--help', '-h', '--version', '-v'];

const NAME_WIDTH = Math.max(...[...COMMANDS.keys()].map((name) => name.length));

const groupHelp = (title: string, commands: Readonly<Record<string, Command>>): string =>
  `${title}\n${Object.entries(commands)
    .map(([name, { summary }]) => `  ${name.padEnd(NAME_WIDTH)}  ${summary}\n`)
    .join('')}`;

const HELP = `spanline <command>

${Object.entries(GROUPS)
  .map(([title, commands]) => groupHelp(title, commands))
  .join('\n')}
  --version   the version of Spanline

Run spanline <command> --help for the options of a command.
`;

/** Runs a command line. @returns the exit code */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args;
  // `node app.js | spanline`
  if (name === undefined && io.stdin.isTTY !== true) {
    const { tailInput } = await import('./tail/run-tail.ts');
    if (await tailInput(io)) return EXIT.ok;
  }
  // `node app.js | spanline --logs`
  if (name?.startsWith('-') === true && !OWN_FLAGS.includes(name) && io.stdin.isTTY !== true) {
    return (await import('./tail/run-tail.ts')).runTail(args, io);
  }
  if (name === 'help' && rest[0] !== undefined) return run([rest[0], '--help'], io);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    printHelp(HELP, io);
    return EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    io.stdout.write(`${version()}\n`);
    return EXIT.ok;
  }
  const command = COMMANDS.get(name);
  if (command !== undefined) return (await command.load())(rest, io);
  const meant = nearest(name, [...COMMANDS.keys(), 'help', '--version', '--help']);
  const hint = meant === undefined ? '.' : `; did you mean ${meant}?`;
  io.stderr.write(`spanline: no command ${JSON.stringify(name)}${hint} spanline --help lists the commands.\n`);
  return EXIT.usage;
}
