import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { elasticsearch, elasticsearchSetup, type ElasticsearchSetupOptions } from '@spanline/ship';
import { writtenLines } from '../support/agents/lines.ts';
import { startSecuredOpenSearch } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { ship } from './support/ship.ts';

const { opensearch: files, opensearchSecurity: plugin } = inject('servers');

const ADMIN = 'admin:admin';
const PASSWORD = 'Corr3ct-horse-battery!';
/** The last has a name that begins with that of the first. */
const STREAMS = ['logs-spanline-default', 'split-main', 'split-content', 'logs-spanline-default-eu'] as const;
const SETUPS: readonly Omit<ElasticsearchSetupOptions, 'flavour'>[] = [
  { dataStream: 'logs-spanline-default', roles: true },
  { dataStream: 'split-main', content: { dataStream: 'split-content' }, roles: true },
  { dataStream: 'logs-spanline-default-eu' },
];
const ROLES = ['logs-spanline-default', 'split-main'].flatMap((stream) => [
  `${stream}-read-metadata`,
  `${stream}-read-content`,
]);
/** Words of a question, of an answer and of content that is no message. */
const CONTENT = /quokkahaven|contract|In the drawer|d\.e/;

describe.skipIf(files === undefined || plugin === undefined)('roles in an OpenSearch with security', () => {
  let server: RunningServer | undefined;
  let url = '';

  beforeAll(async () => {
    server = await startSecuredOpenSearch(files as string, plugin as string);
    url = server.url;
    const admin = createSearchClient(url, ADMIN);
    await vi.waitFor(() => admin.send('GET', ''), { timeout: 120_000, interval: 1000 });
    for (const options of SETUPS) {
      for (const { method, path, body } of elasticsearchSetup({ flavour: 'opensearch', ...options })) {
        if (!path.startsWith('_plugins/_ism/')) await admin.send(method, path, body);
      }
    }
    // A user of the same name has a role and nothing else.
    for (const role of ROLES) {
      await admin.send('PUT', `_plugins/_security/api/internalusers/${role}`, { password: PASSWORD });
      await admin.send('PUT', `_plugins/_security/api/rolesmapping/${role}`, { users: [role] });
    }
    const file = join(server.folder, 'app.log');
    writeFileSync(file, (await writtenLines('ecs')).map((line) => `${line}\n`).join(''));
    for (const index of STREAMS) {
      await ship({ dir: join(server.folder, index), files: [file], to: [elasticsearch({ url, index, basic: ADMIN })] });
      await admin.refresh(index);
    }
  });
  afterAll(() => server?.stop());

  const userOf = (role: string): SearchClient => createSearchClient(url, `${role}:${PASSWORD}`);

  it.each([
    ['logs-spanline-default-read-metadata', ['logs-spanline-default']],
    ['logs-spanline-default-read-content', ['logs-spanline-default']],
    ['split-main-read-metadata', ['split-main']],
    ['split-main-read-content', ['split-main', 'split-content']],
  ])('%s reads its streams, and no other', async (role, readable) => {
    const user = userOf(role);
    for (const stream of STREAMS) {
      const count = user.count(stream);
      if (readable.includes(stream)) await expect(count).resolves.toBe(9);
      else await expect(count).rejects.toThrow('403');
      const body = { '@timestamp': '2026-01-05T10:00:00.000Z' };
      await expect(user.send('POST', `${stream}/_doc?op_type=create`, body)).rejects.toThrow('403');
    }
  });

  it('shows metadata without content, and finds nothing by it, where both are in one stream', async () => {
    const user = userOf('logs-spanline-default-read-metadata');
    const stream = 'logs-spanline-default';
    const shown = JSON.stringify(await user.find(stream, { match_all: {} }));
    expect(shown).not.toMatch(CONTENT);
    expect(shown).toContain('gen_ai.usage.input_tokens');
    expect(await user.find(stream, { match: { 'spanline.text': 'quokkahaven' } })).toEqual([]);
    expect(await user.find(stream, { term: { 'http.request.id': 'req-2' } })).toHaveLength(4);
  });

  it('counts for one role what that role sees, whoever counted before', async () => {
    const metadata = userOf('logs-spanline-default-read-metadata');
    const content = userOf('logs-spanline-default-read-content');
    const stream = 'logs-spanline-default';
    const answer = { match: { 'spanline.text': 'quokkahaven' } };
    expect([await content.count(stream, answer), await metadata.count(stream, answer)]).toEqual([1, 0]);
    const question = { match: { 'spanline.text': 'contract' } };
    expect([await metadata.count(stream, question), await content.count(stream, question)]).toEqual([0, 1]);
  });

  it('shows content to who may read it', async () => {
    const user = userOf('logs-spanline-default-read-content');
    const stream = 'logs-spanline-default';
    expect(JSON.stringify(await user.find(stream, { match_all: {} }))).toMatch(CONTENT);
    expect(await user.find(stream, { match: { 'spanline.text': 'quokkahaven' } })).toHaveLength(1);
  });
});
