import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { cli } from './support/cli.ts';

type Body = Record<string, unknown>;

/** CloudWatch's dashboards in the protocol that AWS's own client speaks. */
async function startCloudwatch(): Promise<{ dashboards: Map<string, string>; calls: string[]; url: string }> {
  const dashboards = new Map([['Spanline-by-hand', JSON.stringify({ widgets: [] })]]);
  const calls: string[] = [];
  function answer(action: string, body: Body): [number, unknown] {
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
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    calls.push(action);
    const isSigned = /Credential=AKIDEXAMPLE\/.*\/eu-central-1\/monitoring\//.test(request.headers.authorization ?? '');
    const [status, content] = isSigned ? answer(action, JSON.parse(text) as Body) : [403, { message: 'not signed' }];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', connection: 'close' });
    response.end(JSON.stringify(content));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { dashboards, calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const TARGET = ['cloudwatch', '--log-group', '/rag-api/llm', '--region', 'eu-central-1'];

it('keeps the dashboard of CloudWatch through AWS’s client', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-key');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { dashboards, calls, url } = await startCloudwatch();
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
