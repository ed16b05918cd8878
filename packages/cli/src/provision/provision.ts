/** `spanline setup <target>`: templates, lifecycle, dashboards and alert rules of a target in one command. */
import { type CommandIo, endEarly, EXIT } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, splitArguments } from '../flags.ts';
import { printHelp } from '../help.ts';
import { argumentsOf, type Given, OPTIONS, type Part, PARTS } from './parts.ts';

const NAMES = Object.keys(PARTS);

const HELP = `spanline setup <target> [options]

Sets a target up: pipeline, lifecycle, templates, data stream, dashboards, and with --rules alert rules. It prints
what would change, compared with what is installed; with --yes, it does it. It can be repeated. Keys come from the
environment, as in spanline ship setup, spanline dashboards and spanline alerts apply, whose options it takes.

  elasticsearch             --url <cluster> --dashboards-url <Kibana>
  opensearch                --url <cluster> --dashboards-url <OpenSearch Dashboards>
  datadog                   --site <site>
  grafana                   --url <Grafana>
  cloudwatch                --log-group <name> --region <region>; the agent creates the log group
  --rules <rules>           alert rules, as for spanline alerts: a file, an expression, or default;
                            grafana needs --data-source, and cloudwatch --role
  --yes                     do it
  --help

Exit codes: 0; 1 when a target refused a request or was not reached; 64 when an option is wrong.
`;

const FLAGS = { ...OPTIONS, yes: 'switch', help: 'switch' } as const;

interface Parsed {
  readonly parts: readonly Part[];
  readonly given: Given;
  readonly isConfirmed: boolean;
}

const takenBy = ({ about, takes }: Part): string[] => [
  ...(about === undefined ? [] : [about]),
  ...takes.map((taken) => taken.split(':')[0] ?? taken),
];

/** @throws SpanlineError `ERR_INVALID_OPTION` */
function parse(args: readonly string[]): Parsed | undefined {
  const { positionals, flags } = splitArguments(args, FLAGS);
  if (flags['help'] === true) return undefined;
  const [target = '', ...others] = positionals;
  const parts = Object.hasOwn(PARTS, target) ? PARTS[target] : undefined;
  if (parts === undefined) return fail('setup', `followed by one of ${NAMES.join(', ')}`);
  if (others.length > 0) fail('setup', 'followed by one target');
  const names = new Set(parts.flatMap(takenBy));
  const own = Object.fromEntries(Object.entries(OPTIONS).filter(([name]) => names.has(name)));
  checkFlags(flags, { ...own, yes: 'switch', help: 'switch' });
  const { yes, help: _help, ...given } = checkFlags(flags, FLAGS);
  if (names.has('dashboards-url') && given['dashboards-url'] === undefined) {
    fail('--dashboards-url', 'given, such as --dashboards-url https://dashboards.example.com:5601');
  }
  return { parts, given, isConfirmed: yes === true };
}

/** Runs `spanline setup`. @returns the exit code of the first part that fails */
export async function provision(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const parsed = parse(args);
    if (parsed === undefined) {
      printHelp(HELP, io);
      return EXIT.ok;
    }
    const { parts, given, isConfirmed } = parsed;
    for (const part of parts.filter(({ about }) => about === undefined || given[about] !== undefined)) {
      io.stdout.write(`${part.title}\n`);
      const code = await part.run(argumentsOf(part, given), isConfirmed, io);
      if (code !== EXIT.ok) return code;
    }
    return EXIT.ok;
  } catch (error) {
    return endEarly('setup', error, io);
  }
}
