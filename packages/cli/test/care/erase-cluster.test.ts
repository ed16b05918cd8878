/** A cluster that refuses, or answers in part. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hit, nothing, type Reply, type Seen, startCluster } from '../../../query/test/cluster/server.ts';
import { span } from '../../../query/test/support/logs.ts';
import { cli, folderWith, type Outcome } from '../support/cli.ts';

const keyword = { keyword: { type: 'keyword' } };
const SECRET = 'c0rrect-h0rse';
const isDeletion = ({ path }: Seen): boolean => path.includes('/_delete_by_query');
/** Two documents of each filter; the search of `ada` finds a span. */
const usual = ({ path, body }: Seen): Reply | undefined => {
  if (path.includes('/_count')) return [200, { count: 2, _shards: { failed: 0 } }];
  if (path.includes('/_delete_by_query')) return [200, { deleted: 2 }];
  if (!path.endsWith('/_search') || 'search_after' in body || JSON.stringify(body).includes('must_not'))
    return undefined;
  return [200, { ...nothing, hits: { hits: [hit('1', span(1, { 'user.id': 'ada' }))] } }];
};

interface Erased extends Outcome {
  readonly deletions: readonly Seen[];
  readonly statuses: readonly string[];
}

async function erased(reply: (seen: Seen) => Reply | undefined, ...args: string[]): Promise<Erased> {
  const { host, seen } = await startCluster((one) => reply(one) ?? usual(one));
  const cwd = folderWith({ 'r.ndjson': '' });
  const url = `http://${host}/spans`;
  const env = { ES_BASIC: `admin:${SECRET}`, XDG_STATE_HOME: cwd };
  const outcome = await cli(['erase', '--user', 'ada', '--yes', '--receipt', 'r.ndjson', url, ...args], { cwd, env });
  const receipts = readFileSync(join(cwd, 'r.ndjson'), 'utf8').split('\n').slice(0, -1);
  const statuses = receipts.map((line) => (JSON.parse(line) as { status: string }).status);
  return { ...outcome, deletions: seen.filter(isDeletion), statuses };
}

it('deletes the documents of traces, then those that name the user; of trace screens as well as of lines', async () => {
  const { code, deletions, statuses } = await erased(() => undefined);
  expect({ code, statuses }).toEqual({ code: 0, statuses: ['begun', 'done'] });
  const places = deletions.map(({ path, body }) => [path.split('/')[1], JSON.stringify(body).includes('trace_id')]);
  const traces = encodeURIComponent('traces-*.otel-*');
  expect(places).toEqual([
    ['spans', true],
    [traces, true],
    ['spans', false],
    [traces, false],
  ]);
});

it('leaves the documents of trace screens if it is told to', async () => {
  const { code, deletions } = await erased(() => undefined, '--traces', 'none');
  expect(code).toBe(0);
  expect(new Set(deletions.map(({ path }) => path.split('/')[1]))).toEqual(new Set(['spans']));
});

it('deletes nothing if the account may not see the documents of trace screens', async () => {
  const { code, stderr, deletions } = await erased(({ path }) =>
    path.startsWith('/traces-') ? [403, { error: { type: 'security_exception', reason: 'no' } }] : undefined,
  );
  expect({ code, deletions }).toEqual({ code: 2, deletions: [] });
  expect(stderr).toContain('may not see the streams of trace documents, traces-*.otel-*');
});

it.each([
  ['keyword field of another type', 'attributes.user.id', 'text', 'has attributes.user.id as text, not as keyword'],
  ['template at all', 'attributes.spanline.schema', 'text', 'attributes.spanline.schema is mapped as text'],
])('deletes nothing if trace documents have no %s', async (_name, field, type, reason) => {
  const { code, stderr, deletions } = await erased(({ path }) =>
    path.startsWith('/traces-') && path.includes(field)
      ? [200, { indices: ['spans'], fields: { 'attributes.spanline.schema': keyword, [field]: { [type]: { type } } } }]
      : undefined,
  );
  expect({ code, deletions }).toEqual({ code: 2, deletions: [] });
  expect(stderr).toContain(reason);
});

it.each([['llm'], ['logs-*'], ['otel-v1-apm-span-a,traces-b.otel-c'], ['otel-v1-apm-span-*?x=y']])(
  'refuses %s as streams of trace documents',
  async (name) => {
    const { code, stderr, deletions } = await erased(() => undefined, '--traces', name);
    expect({ code, deletions }).toEqual({ code: 64, deletions: [] });
    expect(stderr).toContain('--traces');
  },
);

it('says that a key is wrong, and never shows it', async () => {
  const reason = `no user admin with ${SECRET} or ${Buffer.from(`admin:${SECRET}`).toString('base64')}`;
  const { code, stderr, stdout, statuses, deletions } = await erased(() => [
    401,
    { error: { type: 'security_exception', reason } },
  ]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^spanline erase: ERR_CLUSTER: 127\.0\.0\.1:\d+ refused: 401 security_exception: no user admin with … or …\n$/,
  );
  expect(stdout).toBe('');
  expect({ statuses, deletions }).toEqual({ statuses: [], deletions: [] });
});

it('deletes nothing if a part of the index gave no answer', async () => {
  const failed = {
    total: 2,
    failed: 1,
    failures: [{ index: 'spans', shard: 1, reason: { type: 'io', reason: 'disk' } }],
  };
  const { code, stderr, deletions, statuses } = await erased((seen) =>
    seen.path.endsWith('/_search') ? [200, { ...nothing, _shards: failed }] : undefined,
  );
  expect({ code, deletions, statuses }).toEqual({ code: 2, deletions: [], statuses: ['begun', 'incomplete'] });
  expect(stderr).toContain('shard 1 of spans was not read: io: disk');
});

it('deletes nothing if a count is not whole', async () => {
  const { code, stderr, deletions } = await erased(({ path }) =>
    path.includes('/_count') ? [200, { count: 1, _shards: { failed: 1 } }] : undefined,
  );
  expect({ code, deletions }).toEqual({ code: 2, deletions: [] });
  expect(stderr).toContain('shards: 1 gave no answer; nothing was deleted');
});

it.each<[string, Reply]>([
  ['is refused', [403, { error: { type: 'security_exception', reason: 'no permission' } }]],
  ['leaves documents', [200, { deleted: 0, version_conflicts: 2 }]],
])('keeps the lines that name the user if a deletion before %s', async (_name, reply) => {
  const { code, stderr, deletions, statuses } = await erased((seen) => (isDeletion(seen) ? reply : undefined));
  expect({ code, deletions: deletions.length, statuses }).toEqual({
    code: 2,
    deletions: 1,
    statuses: ['begun', 'incomplete'],
  });
  expect(stderr).toMatch(/403 security_exception: no permission|2 were changed meanwhile; run it again/);
});
