import { describe, expect, it } from 'vitest';
import {
  datadogDashboard,
  datadogMonitors,
  grafanaAlertRules,
  grafanaDashboard,
  importFile,
  kibanaRules,
  opensearchMonitors,
  savedObjects,
} from '@spanline/dashboards';
import { DEFAULT_RULES } from '@spanline/monitor/offline';
import { cli } from './support/cli.ts';

type Values = Readonly<Record<string, string | boolean>>;

/** A string as Terraform reads it: `$${` is `${`. */
const read = (text: string | boolean | undefined): string => String(text).replaceAll(/([$%])\1\{/g, '$1{');

async function render(...args: string[]): Promise<Values> {
  const { code, stdout } = await cli(['dashboards', 'render', ...args, '--terraform']);
  expect(code).toBe(0);
  const { resource } = JSON.parse(stdout) as { resource: Record<string, Record<string, Values>> };
  const [type] = Object.values(resource);
  expect(Object.keys(type ?? {})).toEqual(['spanline_spanline']);
  // An interpolation would be evaluated by Terraform.
  expect(stdout.replaceAll(/\$\$\{|%%\{/g, '')).not.toMatch(/[$%]\{/);
  return type?.['spanline_spanline'] ?? {};
}

describe('spanline dashboards render --terraform', () => {
  it('holds the same dashboards', async () => {
    expect(JSON.parse(read((await render('datadog'))['dashboard']))).toEqual(datadogDashboard().body);
    expect(JSON.parse(read((await render('grafana'))['config_json']))).toEqual(grafanaDashboard().body);
    expect(read((await render('kibana'))['file_contents'])).toBe(importFile(savedObjects()));
    const cloudwatch = await render('cloudwatch', '--log-group', 'app', '--region', 'eu-central-1');
    expect(cloudwatch['dashboard_name']).toBe('Spanline');
    expect(JSON.parse(read(cloudwatch['dashboard_body']))).toHaveProperty('widgets');
  });

  it.each([
    [['render', 'opensearch', '--terraform'], /--terraform must be used for cloudwatch, datadog, grafana or kibana/],
    [['render', 'grafana', '--schema', 'v2', '--terraform'], /--terraform must be used with --schema classic/],
    [['apply', 'datadog', '--terraform'], /unknown option "--terraform"/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await cli(['dashboards', ...args]);
    expect(code).toBe(64);
    expect(stderr).toMatch(message);
  });
});

describe('spanline alerts render --terraform', () => {
  type Group = { rule: { data: { model: string; relative_time_range: object[] }[]; name: string }[] };

  async function rules(engine: string, ...more: string[]): Promise<Record<string, Record<string, Values>>> {
    const args = ['alerts', 'render', engine, 'default', '--terraform', '--set', 'rag', ...more];
    const { code, stdout } = await cli(args);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\$\$\{|%%\{/g, '')).not.toMatch(/[$%]\{/);
    return (JSON.parse(stdout) as { resource: Record<string, Record<string, Values>> }).resource;
  }
  const bodiesOf = (results: ReturnType<typeof kibanaRules>): unknown[] =>
    results.flatMap((result) => (result.kind === 'compiled' ? result.bodies.map(({ body }) => body) : []));
  const parsed = (objects: Record<string, Values> | undefined, member: string): unknown[] =>
    Object.values(objects ?? {}).map((values) => JSON.parse(read(values[member])) as unknown);

  it('holds the same rules', async () => {
    const set = { set: 'rag' };
    const { datadog_monitor_json: monitors } = await rules('datadog');
    expect(parsed(monitors, 'monitor')).toEqual(bodiesOf(datadogMonitors(DEFAULT_RULES, set)));
    const { opensearch_monitor: searches } = await rules('opensearch');
    expect(parsed(searches, 'body')).toEqual(bodiesOf(opensearchMonitors(DEFAULT_RULES, set)));
    const { elasticstack_kibana_alerting_rule: kibana } = await rules('kibana', '--space', 'llm');
    const params = bodiesOf(kibanaRules(DEFAULT_RULES, set)).map((body) => (body as { params: unknown }).params);
    expect(parsed(kibana, 'params')).toEqual(params);
    expect(Object.values(kibana ?? {})[0]).toMatchObject({ space_id: 'llm', interval: '1m', enabled: true });
    const { grafana_rule_group: groups, grafana_folder: folders } = await rules('grafana', '--data-source', 'uid');
    expect(folders).toEqual({ spanline_rag_rules: { uid: 'spanline', title: 'Spanline' } });
    const group = groups?.['spanline_rag_rules'] as unknown as Group;
    const models = group.rule.map(({ data }) => data.map(({ model }) => JSON.parse(read(model)) as unknown));
    const wanted = bodiesOf(grafanaAlertRules(DEFAULT_RULES, { ...set, dataSource: 'uid' }));
    expect(models).toEqual(
      wanted.map((body) => (body as { data: { model: unknown }[] }).data.map(({ model }) => model)),
    );
  });

  it.each(['prometheus', 'cloudwatch'])('refuses %s', async (engine) => {
    const own = ['--log-group', 'app', '--region', 'eu-central-1', '--role', 'arn:aws:iam::1:role/a'];
    const args = ['alerts', 'render', engine, 'default', '--terraform', ...(engine === 'cloudwatch' ? own : [])];
    const { code, stderr } = await cli(args);
    expect([code, stderr]).toEqual([64, expect.stringContaining('used for datadog, grafana, kibana, opensearch')]);
  });
});
