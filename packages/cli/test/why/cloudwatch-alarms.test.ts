import { expect, it, onTestFinished, vi } from 'vitest';
import { cli, type Outcome } from '../support/cli.ts';
import { type Answer, type Body, type CloudWatchServer, startCloudWatch } from '../support/cloudwatch.ts';

const NOT_INPUT = ['AlarmArn', 'StateValue'];

/** CloudWatch's log alarms in the protocol that AWS's own client speaks. */
async function start(): Promise<CloudWatchServer & { alarms: Map<string, Body> }> {
  const alarms = new Map<string, Body>();
  function answer(action: string, body: Body): Answer {
    const name = String(body['AlarmName']);
    switch (action) {
      case 'DescribeAlarms': {
        const found = [...alarms.values()].filter((one) =>
          String(one['AlarmName']).startsWith(String(body['AlarmNamePrefix'])),
        );
        return [200, { LogAlarms: found }];
      }
      case 'PutLogAlarm':
        alarms.set(name, { ...body, AlarmArn: `arn:aws:cloudwatch:::${name}`, StateValue: 'OK' });
        return [200, {}];
      case 'DeleteAlarms':
        for (const one of body['AlarmNames'] as string[]) alarms.delete(one);
        return [200, {}];
      default:
        return [400, { __type: 'InvalidAction', message: action }];
    }
  }
  return { alarms, ...(await startCloudWatch(answer)) };
}

const TARGET = [
  '--log-group',
  '/rag-api/llm',
  '--region',
  'eu-central-1',
  '--role',
  'arn:aws:iam::123456789012:role/alarms',
];

it('keeps the alarms of CloudWatch through AWS’s client, which knows every part of them', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-key');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { alarms, calls, url } = await start();
  const by = (name: string, label: string): Body => ({ AlarmName: name, AlarmDescription: label, Threshold: 1 });
  alarms.set('by-hand', by('spanline-spanline-by-hand', 'no label'));
  const run = (action: string, rules: string, ...more: string[]): Promise<Outcome> =>
    cli(['alerts', action, 'cloudwatch', rules, ...TARGET, '--url', url, ...more]);
  expect((await run('apply', 'default')).stdout).toContain('+ create High Latency\n');
  expect(calls).not.toContain('PutLogAlarm');
  const made = await run('apply', 'default', '--yes');
  expect(made).toMatchObject({ code: 0 });
  expect(made.stdout).toContain('+ create High Latency  https://eu-central-1.console.aws.amazon.com/cloudwatch/home');
  const { stdout } = await cli(['alerts', 'render', 'cloudwatch', 'default', ...TARGET]);
  const rendered = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Body);
  const sent = [...alarms].filter(([name]) => name !== 'by-hand').map(([, alarm]) => alarm);
  const inputs = sent.map((one) => Object.fromEntries(Object.entries(one).filter(([key]) => !NOT_INPUT.includes(key))));
  expect(inputs).toEqual(rendered);
  expect((await run('diff', 'default')).code).toBe(0);

  const fewer = await run('apply', 'error_rate < 1%', '--yes');
  expect(fewer.stdout.match(/^- remove/gm)).toHaveLength(6);
  expect([alarms.size, alarms.get('by-hand')?.['Threshold']]).toEqual([2, 1]);
});

it.each([
  [['--region', 'eu-central-1'], '--log-group must be given'],
  [[...TARGET, '--notify', 'me'], 'notify must be an ARN of AWS'],
])('alerts render cloudwatch refuses %j', async (options, message) => {
  const { code, stderr } = await cli(['alerts', 'render', 'cloudwatch', 'default', ...options]);
  expect([code, stderr]).toEqual([64, expect.stringContaining(message)]);
});
