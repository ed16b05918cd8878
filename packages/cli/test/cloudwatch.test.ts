import { expect, it, onTestFinished, vi } from 'vitest';
import { cli } from './support/cli.ts';
import { type Answer, type Body, type CloudWatchServer, startCloudWatch } from './support/cloudwatch.ts';

/** CloudWatch's dashboards in the protocol that AWS's own client speaks. */
async function start(): Promise<CloudWatchServer & { dashboards: Map<string, string> }> {
  const dashboards = new Map([['Spanline-by-hand', JSON.stringify({ widgets: [] })]]);
  function answer(action: string, body: Body): Answer {
    const name = String(body['DashboardName']);
    switch (action) {
      case 'ListDashboards':
        return [200, { DashboardEntries: [...dashboards.keys()].map((DashboardName) => ({ DashboardName })) }];
      case 'GetDashboard':
        return [200, { DashboardName: name, DashboardBody: dashboards.get(name) }];
      case 'PutDashboard':
        dashboards.set(name, String(body['DashboardBody']));
        return [200, { DashboardValidationMessages: [] }];
      case 'DeleteDashboards':
        for (const one of body['DashboardNames'] as string[]) dashboards.delete(one);
        return [200, {}];
      default:
        return [400, { __type: 'InvalidAction', message: action }];
    }
  }
  return { dashboards, ...(await startCloudWatch(answer)) };
}

const TARGET = ['cloudwatch', '--log-group', '/rag-api/llm', '--region', 'eu-central-1'];

it('keeps the dashboard of CloudWatch through AWS’s client', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-key');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { dashboards, calls, url } = await start();
  const apply = (...more: string[]) => cli(['dashboards', 'apply', ...TARGET, '--url', url, ...more]);
  expect((await apply()).stdout).toBe('+ create Spanline\nNothing was changed. Add --yes to change it.\n');
  expect(calls).not.toContain('PutDashboard');
  const made = await apply('--yes');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toContain('eu-central-1.console.aws.amazon.com/cloudwatch/home');
  expect((await apply('--yes')).stdout).toMatch(/^= unchanged Spanline /);
  dashboards.set('Spanline-old', '{"widgets":[{"type":"text","properties":{"markdown":"[spanline:spanline/gone]"}}]}');
  const own = dashboards.get('Spanline') ?? '';
  dashboards.set('Spanline', own.replace('Requests by route', 'Changed'));
  expect((await apply('--yes')).stdout).toMatch(/^~ replace Spanline .*\n- remove Spanline-old\n$/);
  expect(dashboards.get('Spanline')).toBe(own);
  expect([...dashboards.keys()].toSorted()).toEqual(['Spanline', 'Spanline-by-hand']);
});

it('renders the input of put-dashboard, and asks for the log group and the region', async () => {
  const { stdout } = await cli(['dashboards', 'render', ...TARGET]);
  const { DashboardName: name, DashboardBody: body } = JSON.parse(stdout) as Record<string, string>;
  expect(name).toBe('Spanline');
  expect(JSON.parse(body ?? '')).toHaveProperty('widgets');
  expect((await cli(['dashboards', 'render', 'cloudwatch'])).stderr).toContain('--log-group must be given');
});
