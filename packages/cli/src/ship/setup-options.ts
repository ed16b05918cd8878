import { parseArgs } from 'node:util';
import { fail } from './fail.ts';

/** What a set-up command was asked for. */
export interface SetupOptions {
  readonly target: string | undefined;
  readonly url: string | undefined;
  readonly dataStream: string | undefined;
  readonly contentStream: string | undefined;
  readonly profile: string | undefined;
  readonly retentionDays: number | undefined;
  readonly roles: boolean;
  readonly dryRun: boolean;
  readonly api: boolean;
  readonly site: string | undefined;
  readonly logGroup: string | undefined;
  readonly file: string | undefined;
  readonly help: boolean;
}

export const SETUP_HELP = `spanline ship setup <target> [options]

Prepares a target for lines. Can be repeated. Keys come from the environment, never from the command line.

  elasticsearch, opensearch   pipeline, lifecycle, templates and data stream; ES_API_KEY, or ES_BASIC (user:password)
    --url <url>               of the cluster
    --data-stream <name>      where the sink sends lines (default logs-spanline-default)
    --profile ecs|otel        how the sink spells them (default ecs)
    --retention-days <n>      after the rollover of a backing index (default 30)
    --content-stream <name>   a second, restricted stream for content
    --roles                   also the roles read-metadata and read-content
    --dry-run                 print the requests for the console of Kibana or Dashboards, send nothing
  datadog                     prints pipeline, facets and restriction queries as JSON
    --api                     create or replace the pipeline; DD_API_KEY, DD_APP_KEY
    --site <site>             default DD_SITE, else datadoghq.com
    --url <url>               another address of the API, such as a proxy's
  cloudwatch                  prints the agent's configuration, metric filters and the EMF option as JSON
    --log-group <name>
    --file <path>             files to read
    --retention-days <n>      of the log group (default 30)
  --help

Ends with 0; 1 when the target refused or was not reached; 64 when an option is wrong.
`;

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  elasticsearch: ['url', 'data-stream', 'profile', 'retention-days', 'content-stream', 'roles', 'dry-run'],
  opensearch: ['url', 'data-stream', 'profile', 'retention-days', 'content-stream', 'roles', 'dry-run'],
  datadog: ['api', 'site', 'url'],
  cloudwatch: ['log-group', 'file', 'retention-days'],
};

function checkAllowed(target: string | undefined, given: Readonly<Record<string, unknown>>): void {
  const allowed = target !== undefined && Object.hasOwn(ALLOWED, target) ? ALLOWED[target] : undefined;
  if (allowed === undefined) return fail('setup', `followed by one of ${Object.keys(ALLOWED).join(', ')}`);
  for (const name of Object.keys(given)) {
    if (!allowed.includes(name)) fail(`--${name}`, `left out: setup ${target} has ${allowed.join(', ')}`);
  }
}

/** Reads the command line behind `spanline ship setup`. @throws an error whose message says what is wrong */
export function parseSetupOptions(args: readonly string[]): SetupOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      'data-stream': { type: 'string' },
      'content-stream': { type: 'string' },
      profile: { type: 'string' },
      'retention-days': { type: 'string' },
      roles: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      api: { type: 'boolean' },
      site: { type: 'string' },
      'log-group': { type: 'string' },
      file: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [target, ...others] = positionals;
  const { help = false, ...given } = values;
  if (!help) checkAllowed(target, given);
  if (others.length > 0) fail('setup', 'followed by one target');
  const days = values['retention-days'];
  return {
    target,
    url: values.url,
    dataStream: values['data-stream'],
    contentStream: values['content-stream'],
    profile: values.profile,
    retentionDays: days === undefined ? undefined : Number(days),
    roles: values.roles ?? false,
    dryRun: values['dry-run'] ?? false,
    api: values.api ?? false,
    site: values.site,
    logGroup: values['log-group'],
    file: values.file,
    help,
  };
}
