/** The targets that have dashboards: how each is rendered, and where it is kept. */
import {
  cloudwatchDashboard,
  type CloudwatchDashboardOptions,
  cloudwatchDashboards,
  type Collection,
  datadogDashboard,
  datadogDashboards,
  grafanaDashboard,
  grafanaDashboards,
  type GrafanaOptions,
  importFile,
  kibanaDashboard,
  kibanaDashboards,
  type Resource,
  savedObjectCollection,
  savedObjects,
  type SavedObjectsOptions,
} from '@spanline/dashboards';
import type { CommandIo } from '../command.ts';
import { fail } from '../fail.ts';
import {
  connectCloudwatch,
  connectDatadog,
  connectGrafana,
  connectKibana,
  connectOpensearchDashboards,
  datadogSite,
} from '../targets/index.ts';
import { TERRAFORM } from './terraform.ts';

/** Options of the command. */
export interface DashboardOptions extends SavedObjectsOptions, GrafanaOptions {
  readonly set: string;
  readonly namespace?: string;
  readonly 'log-group'?: string;
  readonly region?: string;
  readonly url?: string;
  readonly site?: string;
  readonly space?: string;
  /** API of Kibana that keeps the dashboard. */
  readonly api?: 'dashboards' | 'saved-objects';
}

/** Flags of some targets. */
type OwnFlag =
  | 'log-group'
  | 'region'
  | 'url'
  | 'site'
  | 'space'
  | 'index'
  | 'profile'
  | 'trace-url'
  | 'source'
  | 'schema'
  | 'namespace'
  | 'api';

/** A target. */
export interface DashboardTarget {
  /** Options beside those that all targets have. */
  readonly flags: readonly OwnFlag[];
  readonly render: (options: DashboardOptions) => Resource[];
  /** The text that `render` prints. */
  readonly print: (wanted: readonly Resource[], options: DashboardOptions) => string;
  /** The text that `render --terraform` prints. Targets without it have no provider. */
  readonly terraform?: (wanted: readonly Resource[], set: string) => string;
  readonly open: (options: DashboardOptions, io: CommandIo) => Collection | Promise<Collection>;
}

type RenderingOptions = Omit<DashboardOptions, 'url' | 'site' | 'space' | 'namespace' | 'log-group' | 'region' | 'api'>;

/** The options of `render`, without those of a target's address. */
function rendering(options: DashboardOptions): RenderingOptions {
  const {
    url: _url,
    site: _site,
    space: _space,
    namespace: _ns,
    'log-group': _group,
    region: _region,
    api: _api,
    ...others
  } = options;
  return others;
}

const pageOf = ({ url }: DashboardOptions): string => url?.replace(/\/+$/, '') ?? '';

const bodies = (wanted: readonly Resource[]): string => wanted.map(({ body }) => `${JSON.stringify(body)}\n`).join('');

const SAVED_OBJECTS: DashboardTarget = {
  flags: ['url', 'index', 'profile', 'trace-url'],
  render: (options) => savedObjects(rendering(options)),
  print: importFile,
  open: (options, io) =>
    savedObjectCollection(connectOpensearchDashboards(options, io), { set: options.set, url: pageOf(options) }),
};

const usesDashboardsApi = ({ api }: DashboardOptions): boolean => api === 'dashboards';

/** Kibana, whose Dashboards API 9.5 has. Every version has saved objects. */
const KIBANA: DashboardTarget = {
  flags: [...SAVED_OBJECTS.flags, 'space', 'api'],
  render: (options) =>
    usesDashboardsApi(options) ? [kibanaDashboard(rendering(options))] : savedObjects(rendering(options)),
  print: (wanted, options) => (usesDashboardsApi(options) ? bodies(wanted) : importFile(wanted)),
  terraform: TERRAFORM.kibana,
  open(options, io) {
    const client = connectKibana(options, io);
    const kept = { set: options.set, url: pageOf(options) };
    return usesDashboardsApi(options) ? kibanaDashboards(client, kept) : savedObjectCollection(client, kept);
  },
};

/** @throws SpanlineError for an option that is missing */
function cloudwatchOptions({
  set,
  filter,
  'log-group': logGroup,
  region,
}: DashboardOptions): CloudwatchDashboardOptions {
  if (logGroup === undefined) return fail('--log-group', 'given, such as --log-group /rag-api/llm');
  if (region === undefined) return fail('--region', 'given, such as --region eu-central-1');
  return { set, logGroup, region, ...(filter === undefined ? {} : { filter }) };
}

/** The input of `aws cloudwatch put-dashboard --cli-input-json`. */
const putInput = (wanted: readonly Resource[]): string =>
  bodies(
    wanted.map(({ body, ...resource }) => ({
      ...resource,
      body: { ...body, DashboardBody: JSON.stringify(body['DashboardBody']) },
    })),
  );

/** Targets by name. */
export const TARGETS: Readonly<Record<string, DashboardTarget>> = {
  cloudwatch: {
    flags: ['url', 'log-group', 'region'],
    render: (options) => [cloudwatchDashboard(cloudwatchOptions(options))],
    print: putInput,
    terraform: TERRAFORM.cloudwatch,
    open: async (options) => {
      const { set, region } = cloudwatchOptions(options);
      const client = await connectCloudwatch(region, options.url);
      return cloudwatchDashboards(client, { region, ...(set === undefined ? {} : { set }) });
    },
  },
  datadog: {
    flags: ['url', 'site'],
    render: (options) => [datadogDashboard(rendering(options))],
    print: bodies,
    terraform: TERRAFORM.datadog,
    open: (options, io) =>
      datadogDashboards(connectDatadog(options, io), { set: options.set, site: datadogSite(options.site, io.env) }),
  },
  grafana: {
    flags: ['url', 'source', 'schema', 'namespace', 'profile', 'trace-url'],
    render: (options) => [grafanaDashboard(rendering(options))],
    print: bodies,
    terraform: TERRAFORM.grafana,
    open: (options, io) => {
      const { set, schema, namespace } = options;
      return grafanaDashboards(connectGrafana(options, io), {
        set,
        url: pageOf(options),
        ...(schema === undefined ? {} : { schema }),
        ...(namespace === undefined ? {} : { namespace }),
      });
    },
  },
  kibana: KIBANA,
  opensearch: SAVED_OBJECTS,
};
