/** `spanline dashboards render | diff | apply <target>`. */
import { ApplyError, type Resource } from '@spanline/dashboards';
import { type CommandIo, endEarly, EXIT, messageOf } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, type FlagTable, splitArguments } from '../flags.ts';
import { printHelp } from '../help.ts';
import { safeJson } from '../report/index.ts';
import { applyAll, showPlan } from '../targets/index.ts';
import { type DashboardOptions, type DashboardTarget, TARGETS } from './targets.ts';

const NAMES = Object.keys(TARGETS);

const HELP = `spanline dashboards render <target> [options]
spanline dashboards diff <target> [options]
spanline dashboards apply <target> [options]

render   print the dashboards: JSON, one on each line; for kibana and opensearch a file for their import
diff     print what apply would change, and each difference
apply    the same; with --yes, change it, and print the addresses

Only objects with the label of the set are changed or removed. Keys come from the environment.

  cloudwatch              as the AWS command line has it; diff and apply need @aws-sdk/client-cloudwatch
    --log-group <name>    log group of the lines, in the profile otel
    --region <region>     its region
    --url <url>           another address of the API
  datadog                 DD_API_KEY, DD_APP_KEY
    --site <site>         default DD_SITE, else datadoghq.com
    --url <url>           another address of the API, such as that of a proxy
  grafana                 GRAFANA_TOKEN, of a service account
    --url <url>           URL of Grafana
    --source <kind>       elasticsearch, opensearch or prometheus (default elasticsearch)
    --schema classic|v2   v2 needs Grafana 13 (default classic)
    --namespace <name>    of the schema v2 (default default; stacks-<id> in Grafana Cloud)
  kibana                  KIBANA_API_KEY, or KIBANA_BASIC (user:password)
    --url <url>           URL of Kibana
    --space <id>          its space
    --api dashboards      for Kibana 9.5 and later: panels in ES|QL, which can be edited (default saved-objects)
  opensearch              OPENSEARCH_DASHBOARDS_BASIC (user:password)
    --url <url>           URL of OpenSearch Dashboards
  kibana, opensearch
    --index <pattern>     index pattern of the lines (default logs-spanline-*)
  grafana, kibana, opensearch
    --profile ecs|otel    profile of the lines (default ecs)
    --trace-url <url>     makes trace ids links, such as https://viewer.example.com/#/trace/{trace_id}
  all targets
    --set <name>          name of the set of dashboards, such as a service (default spanline)
    --filter <search>     narrows every panel, in the language of the target, such as service:rag-api
    --terraform           render a .tf.json file for Terraform: cloudwatch, datadog, grafana, kibana
    --yes                 apply changes; without it, apply only prints them
  --help

Exit codes: 0; 1 when diff found changes, or the target refused a request or was not reached; 64 when an option is wrong.
`;

const ACTIONS = ['render', 'diff', 'apply'] as const;
type Action = (typeof ACTIONS)[number];

const COMMON = { set: 'text', filter: 'text', help: 'switch' } as const satisfies FlagTable;
const OWN = {
  url: 'text',
  site: 'text',
  space: 'text',
  index: 'text',
  profile: 'text',
  'trace-url': 'text',
  source: 'text',
  schema: 'text',
  namespace: 'text',
  'log-group': 'text',
  region: 'text',
  api: 'text',
} as const satisfies FlagTable;
const APPLY = { yes: 'switch' } as const satisfies FlagTable;
const RENDER = { terraform: 'switch' } as const satisfies FlagTable;
const SET = /^[\w-]{1,40}$/;

interface Parsed {
  readonly action: Action;
  readonly target: DashboardTarget;
  readonly options: DashboardOptions;
  readonly isConfirmed: boolean;
  readonly isTerraform: boolean;
}

/** An option with a value of a list, if it is given. @throws SpanlineError `ERR_INVALID_OPTION` for another value */
function choice<Name extends string, Value extends string>(
  name: Name,
  given: string | undefined,
  values: readonly Value[],
): { readonly [Key in Name]?: Value } {
  if (given === undefined) return {};
  const value = values.find((known) => known === given) ?? fail(`--${name}`, `one of ${values.join(', ')}`);
  return { [name]: value } as { readonly [Key in Name]?: Value };
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
function parse(args: readonly string[]): Parsed | undefined {
  const all = { ...COMMON, ...OWN, ...APPLY, ...RENDER };
  const { positionals, flags } = splitArguments(args, all);
  const [word, name = '', ...others] = positionals;
  if (flags['help'] === true) return undefined;
  const action = ACTIONS.find((known) => known === word) ?? fail('dashboards', `followed by ${ACTIONS.join(', ')}`);
  const target = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  if (target === undefined) return fail(`dashboards ${action}`, `followed by one of ${NAMES.join(', ')}`);
  if (others.length > 0) fail(`dashboards ${action}`, 'followed by one target');
  const own = Object.fromEntries(target.flags.map((flag) => [flag, OWN[flag]]));
  checkFlags(flags, {
    ...COMMON,
    ...own,
    ...(action === 'apply' ? APPLY : {}),
    ...(action === 'render' ? RENDER : {}),
  });
  const {
    set = 'spanline',
    yes,
    terraform: isTerraform = false,
    profile,
    source,
    schema,
    api,
    'trace-url': traceUrl,
    help: _help,
    ...texts
  } = checkFlags(flags, all);
  if (!SET.test(set)) fail('--set', 'at most 40 letters, digits, dashes and underscores');
  if (traceUrl !== undefined && !/^https?:\/\/.*\{trace_id\}/.test(traceUrl))
    fail('--trace-url', 'an http or https URL with {trace_id}');
  const options = {
    set,
    ...texts,
    ...choice('profile', profile, ['ecs', 'otel']),
    ...choice('source', source, ['elasticsearch', 'opensearch', 'prometheus']),
    ...choice('schema', schema, ['classic', 'v2']),
    ...choice('api', api, ['dashboards', 'saved-objects']),
    ...(traceUrl === undefined ? {} : { traceUrl }),
  };
  return { action, target, options, isConfirmed: yes === true, isTerraform };
}

/** @throws SpanlineError `ERR_INVALID_OPTION` if Terraform has no provider that takes the dashboard */
function textOf({ target, options, isTerraform }: Parsed, wanted: readonly Resource[]): string {
  if (!isTerraform) return target.print(wanted, options);
  if (options.schema === 'v2') fail('--terraform', 'used with --schema classic');
  if (options.api === 'dashboards') fail('--terraform', 'used with --api saved-objects');
  const { terraform } = target;
  return terraform?.(wanted, options.set) ?? fail('--terraform', 'used for cloudwatch, datadog, grafana or kibana');
}

async function perform(parsed: Parsed, io: CommandIo): Promise<number> {
  const { action, target, options, isConfirmed } = parsed;
  const wanted = target.render(options);
  if (action === 'render') {
    io.stdout.write(safeJson(textOf(parsed, wanted)));
    return EXIT.ok;
  }
  const collection = await target.open(options, io);
  if (isConfirmed) {
    await applyAll(collection, wanted, io);
    return EXIT.ok;
  }
  const changes = await showPlan(collection, wanted, io);
  if (action === 'diff') return changes === 0 ? EXIT.ok : EXIT.refused;
  if (changes > 0) io.stdout.write('Nothing was changed. Add --yes to change it.\n');
  return EXIT.ok;
}

/** Runs `spanline dashboards`. @returns the exit code */
export async function dashboards(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const parsed = parse(args);
    if (parsed !== undefined) return await perform(parsed, io);
    printHelp(HELP, io);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ApplyError) || io.stop.aborted) return endEarly('dashboards', error, io);
    io.stderr.write(`spanline dashboards: ${messageOf(error)}\n`);
    return EXIT.refused;
  }
}
