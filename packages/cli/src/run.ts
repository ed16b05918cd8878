import { nearest } from '@spanline/record';
import { type CommandIo, EXIT, type RunCommand } from './command.ts';
import { version } from './version.ts';

/** A command: one line about it, and its module, which is loaded when it runs. */
interface Command {
  readonly summary: string;
  load(): Promise<RunCommand>;
}

/** All commands, in the order of the help. */
const COMMANDS: Readonly<Record<string, Command>> = {
  ls: { summary: 'list traces', load: async () => (await import('./ask/ls.ts')).ls },
  show: {
    summary: 'the tree of a request, trace, session, user or span; its prompts, documents, tools, answers',
    load: async () => (await import('./ask/show/show.ts')).show,
  },
  stats: {
    summary: 'count, errors, quantiles, self time, tokens and cost of each step',
    load: async () => (await import('./ask/stats.ts')).stats,
  },
  top: {
    summary: 'the steps with the most self time, tokens or cost',
    load: async () => (await import('./ask/top.ts')).top,
  },
  errors: {
    summary: 'errors, grouped by class, step and message',
    load: async () => (await import('./ask/errors.ts')).errors,
  },
  slow: { summary: 'the slowest requests or steps', load: async () => (await import('./ask/slow.ts')).slow },
  sessions: {
    summary: 'sessions of users',
    load: async () => (await import('./ask/sessions.ts')).sessions,
  },
  cost: {
    summary: 'cost by day, model and user, and of a month',
    load: async () => (await import('./ask/cost.ts')).cost,
  },
  reconcile: {
    summary: 'sums of the log beside the bills of OpenAI, Anthropic and Bedrock, with the reason of each difference',
    load: async () => (await import('./reconcile/reconcile.ts')).reconcile,
  },
  scores: { summary: 'scores of evaluations and users', load: async () => (await import('./ask/scores.ts')).scores },
  drift: {
    summary: 'whether scores, answers, topics and refusals have changed by prompt version, model and day',
    load: async () => (await import('./ask/drift.ts')).drift,
  },
  prompts: {
    summary: 'versions of prompts: calls, latency, cost and scores; import of prompts',
    load: async () => (await import('./prompts/run-prompts.ts')).runPrompts,
  },
  explain: {
    summary: 'what slow, expensive, failing or badly scored traces have in common',
    load: async () => (await import('./why/explain.ts')).explain,
  },
  replay: {
    summary: 'step through the decision chain of a trace, to the step that failed first',
    load: async () => (await import('./replay/replay.ts')).replayCommand,
  },
  'make-test': {
    summary: 'write a test from a trace: recorded model, tools and retrievers, offline',
    load: async () => (await import('./replay/make-test.ts')).makeTestCommand,
  },
  rerun: {
    summary: 'traces of the log with another model or prompt: cost confirmed, same judges on both, intervals',
    load: async () => (await import('./rerun/rerun.ts')).rerun,
  },
  tail: {
    summary: 'print traces while they are written: node app.js | spanline',
    load: async () => (await import('./tail/run-tail.ts')).runTail,
  },
  view: { summary: 'show traces in the browser', load: async () => (await import('./view/view.ts')).view },
  diff: {
    summary: 'two logs, before and after a time, or two traces',
    load: async () => (await import('./why/diff.ts')).diff,
  },
  bisect: {
    summary: 'which change of a version, prompt, model, tool list or retriever moved latency, cost, errors or a score',
    load: async () => (await import('./why/bisect.ts')).bisect,
  },
  check: {
    summary: "check a log in a pipeline: 'p95(rerank) < 2s and error_rate < 1%'",
    load: async () => (await import('./why/check.ts')).checkCommand,
  },
  alerts: {
    summary: 'when alert rules would have fired on a log, and whether they hold; rules of other engines',
    load: async () => (await import('./why/alerts.ts')).alerts,
  },
  setup: {
    summary: 'set a log store up: templates, lifecycle, dashboards',
    load: async () => (await import('./provision/provision.ts')).provision,
  },
  dashboards: {
    summary: 'dashboards of your log store: render, diff, apply',
    load: async () => (await import('./dashboards/dashboards.ts')).dashboards,
  },
  doctor: {
    summary: 'what an application lacks, and what is wrong with the lines of its log',
    load: async () => (await import('./care/doctor/doctor.ts')).doctor,
  },
  init: {
    summary: 'add traces, middleware and alert rules to an application, after a yes',
    load: async () => (await import('./care/init/init.ts')).runInit,
  },
  export: {
    summary: 'spans as CSV, Parquet, a dataset, OTLP, a trace for ui.perfetto.dev, or a page in a file',
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
  mcp: {
    summary: 'answer coding agents over the Model Context Protocol (standard input and output)',
    load: async () => (await import('./mcp/mcp.ts')).mcp,
  },
  ship: {
    summary: 'ship spools and files of JSON lines',
    load: async () => (await import('./ship/run-ship.ts')).runShip,
  },
};

const OWN_FLAGS = ['--help', '-h', '--version', '-v'];

const NAME_WIDTH = Math.max(...Object.keys(COMMANDS).map((name) => name.length));

const HELP = `spanline <command>

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(NAME_WIDTH)}  ${summary}\n`)
  .join('')}
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
    io.stdout.write(HELP);
    return EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    io.stdout.write(`${version()}\n`);
    return EXIT.ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return (await command.load())(rest, io);
  const meant = nearest(name, [...Object.keys(COMMANDS), 'help', '--version', '--help']);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  io.stderr.write(`spanline: no command ${JSON.stringify(name)}${hint}\n\n${HELP}`);
  return EXIT.usage;
}
