import { describe, expect, it } from 'vitest';
import { cli, type Outcome } from '../support/cli.ts';
import { startRuleServer } from '../support/rule-servers.ts';

type Body = Record<string, unknown>;

const ENV = {
  KIBANA_API_KEY: 'a-key-of-kibana',
  GRAFANA_TOKEN: 'a-token-of-grafana',
  ES_BASIC: 'admin:a-password',
};

interface Target {
  readonly name: 'kibana' | 'grafana' | 'opensearch';
  readonly options: readonly string[];
  readonly page: string | undefined;
  /** A rule without our label, and one of another set. */
  readonly others: readonly [Body, Body];
  /** Changes a rule by hand. */
  change(rule: Body): Body;
  /** Adds an action by hand, and reads it. */
  act?(rule: Body): Body;
  actions?(rule: Body): unknown;
}

const TARGETS: readonly Target[] = [
  {
    name: 'kibana',
    options: ['--space', 'llm'],
    page: '/s/llm/app/management/insightsAndAlerting/triggersActions/rule/',
    others: [
      { name: 'By hand', tags: ['spanline'] },
      { name: 'Other', tags: ['spanline', '[spanline:other/rule]'] },
    ],
    change: (rule) => ({ ...rule, schedule: { interval: '5m' } }),
    act: (rule) => ({ ...rule, actions: [{ id: 'slack', group: 'query matched', connector_type_id: '.slack' }] }),
    actions: ({ actions }) => actions,
  },
  {
    name: 'grafana',
    options: ['--data-source', 'PD8C576611E62080A'],
    page: '/alerting/grafana/',
    others: [
      { uid: 'by-hand', title: 'By hand' },
      { uid: 'other', title: 'Other', annotations: { spanline: '[spanline:other/rule]' } },
    ],
    change: (rule) => ({ ...rule, keep_firing_for: '1h' }),
  },
  {
    name: 'opensearch',
    options: [],
    page: undefined,
    others: [{ name: 'By hand' }, { name: 'Other [spanline:other/rule]' }],
    change: (rule) => ({ ...rule, enabled: false }),
    act: (rule) => ({
      ...rule,
      triggers: (rule['triggers'] as { query_level_trigger: Body }[]).map((one) => ({
        query_level_trigger: { ...one.query_level_trigger, actions: [{ destination_id: 'slack' }] },
      })),
    }),
    actions: ({ triggers }) =>
      (triggers as { query_level_trigger: Body }[]).map(({ query_level_trigger: one }) => one['actions']),
  },
];

describe.each(TARGETS)('spanline alerts apply $name', ({ name, options, page, others, change, act, actions }) => {
  it('changes nothing without a yes, then only what carries the label, once', async () => {
    const { rules, writes, url } = await startRuleServer(name);
    const run = (action: string, wanted: string, ...more: string[]): Promise<Outcome> =>
      cli(['alerts', action, name, wanted, '--url', url, '--set', 'rag', ...options, ...more], { env: ENV });
    const dry = await run('apply', 'default');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('+ create High Latency\n') as string });
    expect(writes).toEqual([]);
    expect((await run('diff', 'default')).code).toBe(1);
    rules.set('by-hand', others[0]).set('other', others[1]);

    const made = await run('apply', 'default', '--yes');
    expect(made).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') as string });
    expect(rules.size).toBe(8);
    if (page !== undefined) expect(made.stdout).toContain(`+ create High Latency  ${url}${page}`);
    const before = writes.length;
    expect((await run('apply', 'default', '--yes')).stdout.match(/^= unchanged/gm)).toHaveLength(6);
    expect(writes.length).toBe(before);
    expect((await run('diff', 'default')).code).toBe(0);

    const [[own, rule] = ['', {}]] = [...rules].filter(([id]) => id !== 'by-hand' && id !== 'other');
    rules.set(own, change(act?.(rule) ?? rule));
    expect((await run('diff', 'default')).stdout).toMatch(/^~ replace High Latency\n {4}\S+: /m);
    expect((await run('apply', 'default', '--yes')).stdout).toContain('~ replace High Latency');
    if (actions !== undefined) expect(JSON.stringify(actions(rules.get(own) ?? {}))).toContain('slack');
    expect((await run('diff', 'default')).code).toBe(0);

    const narrowed = await run('apply', 'default', '--yes', '--filter', 'service.name:rag');
    expect(narrowed.stdout.match(/^~ replace/gm)).toHaveLength(6);
    const fewer = await run('apply', 'error_rate < 1%', '--yes');
    expect(fewer.stdout.match(/^- remove/gm)).toHaveLength(6);
    expect([rules.size, rules.get('by-hand'), rules.get('other')]).toEqual([3, ...others]);
  });

  it('says why it is refused, without its keys', async () => {
    const { url } = await startRuleServer(name);
    const env = { KIBANA_API_KEY: 'wrong-secret', GRAFANA_TOKEN: 'wrong-secret', ES_BASIC: 'admin:wrong-secret' };
    const refused = await cli(['alerts', 'diff', name, 'default', '--url', url, ...options], { env });
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('401') as string });
    expect(refused.stderr).not.toMatch(/wrong-secret|d3Jvbmct/);
    const astray = await cli(['alerts', 'diff', name, 'default', '--url', 'http://a:secret@x', ...options], {
      env: ENV,
    });
    expect([astray.code, astray.stderr]).toEqual([64, expect.stringContaining('--url must be')]);
  });
});

it('spanline alerts apply grafana asks for the data source', async () => {
  const { code, stderr } = await cli(['alerts', 'render', 'grafana', 'default']);
  expect([code, stderr]).toEqual([64, expect.stringContaining('--data-source must be given, such as')]);
});
