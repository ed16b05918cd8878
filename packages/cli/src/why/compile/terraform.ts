/** Alert rules as files for Terraform. */
import { type Resource, terraformFile, type TerraformResource, type TerraformValue } from '@spanline/dashboards';

const nameOf = (set: string, id: string): string => `spanline_${set}_${id}`;

type Body = Readonly<Record<string, unknown>>;

/** Values of JSON are values of Terraform. */
const plain = (value: unknown): TerraformValue => value as TerraformValue;

interface GrafanaRule {
  readonly title: string;
  readonly condition: string;
  readonly for: string;
  readonly keep_firing_for: string;
  readonly noDataState: string;
  readonly execErrState: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly relativeTimeRange: Readonly<Record<string, number>>;
    readonly model: unknown;
  }[];
}

function grafanaRule(body: Body): TerraformValue {
  const rule = body as unknown as GrafanaRule;
  return {
    name: rule.title,
    condition: rule.condition,
    for: rule.for,
    keep_firing_for: rule.keep_firing_for,
    no_data_state: rule.noDataState,
    exec_err_state: rule.execErrState,
    labels: rule.labels,
    annotations: rule.annotations,
    data: rule.data.map(({ refId, datasourceUid, relativeTimeRange, model }) => ({
      ref_id: refId,
      datasource_uid: datasourceUid,
      relative_time_range: [relativeTimeRange],
      model: JSON.stringify(model),
    })),
  };
}

/** An evaluation group has all rules of a set; its folder is another object. */
function grafanaGroup(wanted: readonly Resource[], set: string): TerraformResource[] {
  const given = wanted[0]?.body['folderUID'];
  const folder = typeof given === 'string' ? given : 'spanline';
  const title = folder === 'spanline' ? 'Spanline' : folder;
  const name = nameOf(set, 'rules');
  return [
    { type: 'grafana_folder', name, values: { uid: folder, title } },
    {
      type: 'grafana_rule_group',
      name,
      values: {
        depends_on: [`grafana_folder.${name}`],
        name: set,
        folder_uid: folder,
        interval_seconds: 60,
        rule: wanted.map(({ body }) => grafanaRule(body)),
      },
    },
  ];
}

function kibanaRule({ id, body }: Resource, set: string, space: string): TerraformResource {
  const { name, consumer, rule_type_id: type, schedule, tags, params } = body;
  const { interval } = schedule as { interval: string };
  const values = {
    name: plain(name),
    consumer: plain(consumer),
    rule_type_id: plain(type),
    space_id: space,
    interval,
    tags: plain(tags),
    enabled: true,
    params: JSON.stringify(params),
  };
  return { type: 'elasticstack_kibana_alerting_rule', name: nameOf(set, id), values };
}

const whole =
  (type: string, member: string) =>
  ({ id, body }: Resource, set: string): TerraformResource => ({
    type,
    name: nameOf(set, id),
    values: { [member]: JSON.stringify(body) },
  });

/** The rules of a set for each provider. */
export const TERRAFORM = {
  datadog: (wanted: readonly Resource[], set: string): string =>
    terraformFile(
      { datadog: 'DataDog/datadog' },
      wanted.map((one) => whole('datadog_monitor_json', 'monitor')(one, set)),
    ),
  grafana: (wanted: readonly Resource[], set: string): string =>
    terraformFile({ grafana: 'grafana/grafana' }, grafanaGroup(wanted, set)),
  kibana: (wanted: readonly Resource[], set: string, space = 'default'): string =>
    terraformFile(
      { elasticstack: 'elastic/elasticstack' },
      wanted.map((one) => kibanaRule(one, set, space)),
    ),
  opensearch: (wanted: readonly Resource[], set: string): string =>
    terraformFile(
      { opensearch: 'opensearch-project/opensearch' },
      wanted.map((one) => whole('opensearch_monitor', 'body')(one, set)),
    ),
} as const;
