import type { ElasticsearchSetupOptions } from '@spanline/ship';
import { fail } from '../fail.ts';
import { checkFlags, type FlagTable, splitArguments } from '../flags.ts';

/** Options of `spanline ship setup`. */
export interface SetupOptions {
  readonly target: string | undefined;
  readonly url: string | undefined;
  readonly dataStream: string | undefined;
  readonly contentStream: string | undefined;
  readonly profile: string | undefined;
  readonly traces: boolean;
  readonly retentionDays: number | undefined;
  readonly lifecycle: boolean;
  readonly roles: boolean;
  readonly dryRun: boolean;
  readonly api: boolean;
  readonly site: string | undefined;
  readonly logGroup: string | undefined;
  readonly file: string | undefined;
  readonly help: boolean;
}

export const SETUP_HELP = `spanline ship setup <target> [options]

Prepares a target for the lines. It can be repeated. Keys come from the environment, never from the command line.
spanline setup <target> also installs dashboards and alert rules.

  elasticsearch, opensearch   pipeline, lifecycle, templates and data stream; ES_API_KEY, or ES_BASIC (user:password)
    --url <url>               URL of the cluster
    --data-stream <name>      the sink's index (default logs-spanline-default)
    --profile ecs|otel        the sink's profile (default ecs)
    --traces                  also the data stream of the sink's trace documents
    --retention-days <n>      days kept after the rollover of a backing index (default 30)
    --no-lifecycle            leave out the lifecycle, for an account that may not manage it
    --content-stream <name>   a second, restricted stream for content
    --roles                   also create the roles read-metadata and read-content
    --dry-run                 print the requests for the console of Kibana or Dashboards; send nothing
  datadog                     prints pipeline, facets and restriction queries as JSON
    --api                     create or replace the pipeline; needs DD_API_KEY and DD_APP_KEY
    --site <site>             default DD_SITE, else datadoghq.com
    --url <url>               another address of the API, such as that of a proxy
  cloudwatch                  prints the agent's configuration, metric filters and the EMF declaration as JSON
    --log-group <name>
    --file <path>             files to read
    --retention-days <n>      of the log group (default 30)
  --help

Exit codes: 0; 1 when the target refused a request or was not reached; 64 when an option is wrong.
`;

const FLAGS = {
  url: 'text',
  'data-stream': 'text',
  'content-stream': 'text',
  profile: 'text',
  traces: 'switch',
  'retention-days': 'text',
  'no-lifecycle': 'switch',
  roles: 'switch',
  'dry-run': 'switch',
  api: 'switch',
  site: 'text',
  'log-group': 'text',
  file: 'text',
  help: 'switch',
} as const satisfies FlagTable;

const SEARCH_ENGINE = [
  'url',
  'data-stream',
  'profile',
  'traces',
  'retention-days',
  'content-stream',
  'no-lifecycle',
  'roles',
  'dry-run',
  'help',
] as const;

/** Flags of each target. */
const TARGETS: Readonly<Record<string, readonly (keyof typeof FLAGS)[]>> = {
  elasticsearch: SEARCH_ENGINE,
  opensearch: SEARCH_ENGINE,
  datadog: ['api', 'site', 'url', 'help'],
  cloudwatch: ['log-group', 'file', 'retention-days', 'help'],
};

function flagsOf(target: string | undefined, isHelp: boolean): FlagTable {
  const names = target !== undefined && Object.hasOwn(TARGETS, target) ? TARGETS[target] : undefined;
  if (names !== undefined) return Object.fromEntries(names.map((name) => [name, FLAGS[name]]));
  return isHelp ? FLAGS : fail('setup', `followed by one of ${Object.keys(TARGETS).join(', ')}`);
}

/** Reads the command line after `spanline ship setup`. @throws SpanlineError `ERR_INVALID_OPTION` */
export function parseSetupOptions(args: readonly string[]): SetupOptions {
  const { positionals, flags } = splitArguments(args, FLAGS);
  const [target, ...others] = positionals;
  checkFlags(flags, flagsOf(target, flags['help'] === true));
  if (others.length > 0) fail('setup', 'followed by one target');
  const given = checkFlags(flags, FLAGS);
  const days = given['retention-days'];
  return {
    target,
    url: given.url,
    dataStream: given['data-stream'],
    contentStream: given['content-stream'],
    profile: given.profile,
    traces: given.traces ?? false,
    retentionDays: days === undefined ? undefined : Number(days),
    lifecycle: given['no-lifecycle'] !== true,
    roles: given.roles ?? false,
    dryRun: given['dry-run'] ?? false,
    api: given.api ?? false,
    site: given.site,
    logGroup: given['log-group'],
    file: given.file,
    help: given.help ?? false,
  };
}

/** The options of `elasticsearchSetup`. */
export function elasticOptions(
  flavour: ElasticsearchSetupOptions['flavour'],
  given: SetupOptions,
): ElasticsearchSetupOptions {
  const { dataStream, contentStream, profile, retentionDays, lifecycle, roles, traces } = given;
  return {
    flavour,
    lifecycle,
    roles,
    traces,
    ...(dataStream === undefined ? {} : { dataStream }),
    ...(contentStream === undefined ? {} : { content: { dataStream: contentStream } }),
    ...(profile === undefined ? {} : { profile: profile as 'ecs' }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
  };
}
