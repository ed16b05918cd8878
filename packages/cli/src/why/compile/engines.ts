/** The engines that alert rules are compiled for: how each is compiled and printed, and where its rules are kept. */
import {
  cloudwatchAlarmCollection,
  cloudwatchLogAlarms,
  type Collection,
  type Compilation,
  datadogMonitorCollection,
  datadogMonitors,
  grafanaAlertRules,
  grafanaRuleCollection,
  type GrafanaSource,
  kibanaRuleCollection,
  kibanaRules,
  opensearchMonitorCollection,
  opensearchMonitors,
  type PrometheusAlert,
  prometheusRuleFile,
  prometheusRules,
  type Resource,
} from '@spanline/dashboards';
import type { AlertRuleInput } from '@spanline/monitor/offline';
import type { CommandIo } from '../../command.ts';
import {
  checkUrl,
  connectCloudwatch,
  connectCluster,
  connectDatadog,
  connectGrafana,
  connectKibana,
  datadogSite,
} from '../../targets/index.ts';
import { TERRAFORM } from './terraform.ts';

/** Options of the command. */
export interface EngineOptions {
  readonly set: string;
  readonly filter?: string;
  readonly prefix?: string;
  readonly index?: string;
  readonly profile?: 'ecs' | 'otel';
  readonly notify?: string;
  readonly source?: GrafanaSource;
  readonly 'data-source'?: string;
  readonly folder?: string;
  readonly url?: string;
  readonly site?: string;
  readonly space?: string;
  readonly 'log-group'?: string;
  readonly region?: string;
  readonly role?: string;
}

/** Name of an option that some engines have. */
export type EngineFlag =
  | 'prefix'
  | 'index'
  | 'profile'
  | 'notify'
  | 'source'
  | 'data-source'
  | 'folder'
  | 'url'
  | 'site'
  | 'space'
  | 'log-group'
  | 'region'
  | 'role';

/** Rules for an engine, and the text that `render` prints. */
interface Compiled {
  readonly results: readonly Compilation<unknown>[];
  readonly print: () => string;
  /** The objects that an API keeps; `undefined` if the engine has none. */
  readonly resources?: readonly Resource[];
}

/** An engine. */
export interface Engine {
  /** Options beside those that all engines have. */
  readonly flags: readonly EngineFlag[];
  /** Options that there have to be, with an example. A table of what engines can say does without. */
  readonly needs?: Readonly<Partial<Record<EngineFlag, string>>>;
  /** The text that `render --terraform` prints. Engines without it have no provider. */
  readonly terraform?: (wanted: readonly Resource[], set: string, space?: string) => string;
  readonly compile: (rules: readonly AlertRuleInput[], options: EngineOptions) => Compiled;
  /** The rules that an account has; absent if there is no API for them here. */
  readonly open?: (options: EngineOptions, io: CommandIo) => Collection | Promise<Collection>;
}

/** The values that there are. */
export function given<Values extends object>(values: Values): { [Name in keyof Values]?: NonNullable<Values[Name]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Values]?: NonNullable<Values[Name]> };
}

const bodiesOf = <Body>(results: readonly Compilation<Body>[]): Body[] =>
  results.flatMap((result) => (result.kind === 'compiled' ? result.bodies : []));

/** Objects of an API, one on each line. */
const printed = (results: readonly Compilation<Resource>[]): string =>
  bodiesOf(results)
    .map(({ body }) => `${JSON.stringify(body)}\n`)
    .join('');

/** Address of the pages of Grafana, or of a space of Kibana. */
const pageOf = (url = '', space = 'default'): string =>
  `${url.replace(/\/+$/, '')}${space === 'default' ? '' : `/s/${encodeURIComponent(space)}`}`;

/** Engines by name. */
export const ENGINES: Readonly<Record<string, Engine>> = {
  prometheus: {
    flags: ['prefix'],
    compile: (rules, { set, filter, prefix }) => {
      const options = { set, ...given({ filter, prefix }) };
      const results: Compilation<PrometheusAlert>[] = prometheusRules(rules, options);
      return { results, print: () => prometheusRuleFile(bodiesOf(results), set) };
    },
  },
  cloudwatch: {
    flags: ['log-group', 'region', 'role', 'notify', 'url'],
    needs: {
      'log-group': '/rag-api/llm',
      region: 'eu-central-1',
      role: 'arn:aws:iam::123456789012:role/alarms',
    },
    compile: (rules, { set, filter, notify, role = 'arn:aws:iam:::role', 'log-group': logGroup = 'all' }) => {
      const options = { set, logGroup, roleArn: role, ...given({ filter, notify }) };
      const results = cloudwatchLogAlarms(rules, options);
      return { results, print: () => printed(results), resources: bodiesOf(results) };
    },
    open: async ({ set, region = '', url }) =>
      cloudwatchAlarmCollection(await connectCloudwatch(region, url), { set, region }),
  },
  datadog: {
    flags: ['notify', 'url', 'site'],
    terraform: TERRAFORM.datadog,
    compile: (rules, { set, filter, notify }) => {
      const results = datadogMonitors(rules, { set, ...given({ filter, notify }) });
      return { results, print: () => printed(results), resources: bodiesOf(results) };
    },
    open: ({ set, url, site }, io) =>
      datadogMonitorCollection(connectDatadog({ url, site }, io), { set, site: datadogSite(site, io.env) }),
  },
  grafana: {
    flags: ['source', 'data-source', 'folder', 'profile', 'prefix', 'url'],
    terraform: TERRAFORM.grafana,
    needs: { 'data-source': 'PD8C576611E62080A' },
    compile: (rules, { set, filter, source, profile, prefix, folder, 'data-source': dataSource = 'uid' }) => {
      const options = { set, dataSource, ...given({ filter, source, profile, prefix, folder }) };
      const results = grafanaAlertRules(rules, options);
      return { results, print: () => printed(results), resources: bodiesOf(results) };
    },
    open: ({ set, url }, io) => grafanaRuleCollection(connectGrafana({ url }, io), { set, url: pageOf(url) }),
  },
  kibana: {
    flags: ['index', 'profile', 'url', 'space'],
    terraform: TERRAFORM.kibana,
    compile: (rules, { set, filter, index, profile }) => {
      const results = kibanaRules(rules, { set, ...given({ filter, index, profile }) });
      return { results, print: () => printed(results), resources: bodiesOf(results) };
    },
    open: ({ set, url, space }, io) =>
      kibanaRuleCollection(connectKibana({ url, space }, io), { set, url: pageOf(url, space) }),
  },
  opensearch: {
    flags: ['index', 'profile', 'url'],
    terraform: TERRAFORM.opensearch,
    compile: (rules, { set, filter, index, profile }) => {
      const results = opensearchMonitors(rules, { set, ...given({ filter, index, profile }) });
      return { results, print: () => printed(results), resources: bodiesOf(results) };
    },
    open: ({ set, url }, io) =>
      opensearchMonitorCollection(connectCluster(checkUrl(url, 'https://search.example.com:9200'), io), { set }),
  },
};
