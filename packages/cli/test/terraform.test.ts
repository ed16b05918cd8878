import { describe, expect, it } from 'vitest';
import { datadogDashboard, grafanaDashboard, importFile, savedObjects } from '@spanline/dashboards';
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
