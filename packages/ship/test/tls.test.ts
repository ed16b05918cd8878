import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { elasticsearch } from '@spanline/ship';
import { type Certificate, selfSigned } from './support/certificate.ts';
import { createIndex, type Index } from './support/elastic.ts';
import { leave, ship, spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { allIds } from './support/troubled.ts';

const LOOPBACK = [127, 0, 0, 1];

async function startSecure(certificate: Certificate): Promise<{ url: string; index: Index; requests: () => number }> {
  const index = createIndex();
  let requests = 0;
  const server = createServer(certificate, (request, response) => {
    requests++;
    void (async () => {
      const body = gunzipSync(await buffer(request));
      const reply = index.bulk({ path: request.url ?? '', headers: request.headers, body });
      if (typeof reply === 'object') response.writeHead(reply.status, reply.headers).end(reply.body);
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, index, requests: () => requests };
}

describe('a target behind TLS', () => {
  it.each([
    ['was signed by nobody who is trusted', LOOPBACK, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['is that of another host', [127, 0, 0, 2], true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('is sent nothing while its certificate %s', async (_, address, isTrusted, reason) => {
    const certificate = selfSigned(address);
    const { url, requests } = await startSecure(certificate);
    const root = temporaryFolder();
    leave(root, spanLines(3));
    const ca = isTrusted ? { ca: certificate.cert } : {};
    const { engine } = ship(root, elasticsearch({ url, apiKey: 'id:key', ...ca }));
    await expect.poll(() => engine.stats()['elasticsearch']).toMatchObject({ stored: 0, state: reason });
    expect(requests()).toBe(0);
  });

  it('is trusted by the authority in `ca`', async () => {
    const certificate = selfSigned(LOOPBACK);
    const { url, index } = await startSecure(certificate);
    const root = temporaryFolder();
    leave(root, spanLines(3));
    const { engine } = ship(root, elasticsearch({ url, ca: certificate.cert }));
    await engine.drain();
    expect([...index.documents.keys()]).toEqual(allIds(3));
  });
});
