/** Clusters over TLS with an authority of one's own. Keys come out of the environment, and are shown nowhere. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hit, type Reply, type Seen, startCluster } from '../../../query/test/cluster/server.ts';
import { span } from '../../../query/test/support/logs.ts';
import { selfSigned } from '../../../ship/test/support/certificate.ts';
import { folderWith, MAIN, type Outcome, program } from '../support/cli.ts';

const SECRET = 'reader:s3cr3t-of-the-reader';
const ENCODED = Buffer.from(SECRET).toString('base64');

function oneSpan({ path }: Seen): Reply | undefined {
  return path.startsWith('/_search')
    ? [200, { hits: { hits: [hit('1', span(1, { 'span.name': 'rerank' }))] } }]
    : undefined;
}

/** Asks a cluster for all spans as a table. */
async function ask(url: string, env: Readonly<Record<string, string>>, ca?: string): Promise<Outcome> {
  const cwd = folderWith({ 'ca.pem': ca ?? '' });
  const args = ['export', 'csv', url, '--columns', 'step', '--out', '-'];
  return program(args, { cwd, env: { ...env, ...(ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: 'ca.pem' }) } });
}

describe('a cluster that does not answer', () => {
  it.each(['root', '_search'] as const)('is left at once on Ctrl-C: %s', async (part) => {
    const { host, seen } = await startCluster(({ path }) =>
      part === 'root' || path.startsWith('/_search') ? 'silence' : undefined,
    );
    const args = [MAIN, 'stats', `http://reader:s3cr3t-of-the-reader@${host}/spans`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    await expect.poll(() => seen.some(({ path }) => part === 'root' || path.startsWith('/_search'))).toBe(true);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(stderr).not.toContain('s3cr3t');
  });
});

describe('a cluster over TLS', () => {
  it.each([
    ['an API key', { ES_API_KEY: SECRET }, `ApiKey ${ENCODED}`],
    ['an API key, encoded', { ES_API_KEY: ENCODED, ES_BASIC: 'not:used' }, `ApiKey ${ENCODED}`],
    ['a user and a password', { ES_BASIC: SECRET }, `Basic ${ENCODED}`],
  ])('is asked with %s of the environment', async (_, env, header) => {
    const tls = selfSigned([127, 0, 0, 1]);
    const { url, seen } = await startCluster(oneSpan, tls);
    const { code, stdout, stderr } = await ask(url, env, tls.cert);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'step\r\nrerank\r\n', stderr: '' });
    expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set([header]));
  });

  it('of an authority that is not known gets no key', async () => {
    const { url, seen } = await startCluster(oneSpan, selfSigned([127, 0, 0, 1]));
    const { code, stderr } = await ask(url, { ES_API_KEY: SECRET });
    expect({ isAnswered: code === 0, requests: seen.length }).toEqual({ isAnswered: false, requests: 0 });
    expect(stderr).toMatch(/certificate|CERT/);
    expect(stderr).not.toContain('s3cr3t');
  });

  it('that quotes the key in its refusal is not quoted', async () => {
    const tls = selfSigned([127, 0, 0, 1]);
    const { url } = await startCluster(({ headers }) => [401, { error: `no ${SECRET} ${headers.authorization}` }], tls);
    const { code, stderr } = await ask(url, { ES_BASIC: SECRET }, tls.cert);
    // The answer is missing; nothing is wrong with the command.
    expect(code).toBe(2);
    expect(stderr).toContain('401');
    expect(stderr).not.toContain('s3cr3t');
    expect(stderr).not.toContain(ENCODED);
  });
});
