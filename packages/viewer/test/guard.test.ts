/** Who may ask: everything that another site, another user or a hostile log could try. */

import { expect, it, onTestFinished } from 'vitest';
import { startViewer } from '@spanline/viewer';
import { openViewer, send } from './support/client.ts';
import { logWith, spanLine, traceId } from './support/lines.ts';

const LOG = [spanLine({ trace: 1, span: 1 })];

it('the printed address sets a cookie that no script can read and no other site sends', async () => {
  const { port, token } = await openViewer(logWith(LOG));
  const entered = await send(port, `/?token=${token}`);
  expect(entered.status).toBe(303);
  expect(entered.headers['location']).toBe('./');
  expect(String(entered.headers['set-cookie'])).toMatch(
    new RegExp(`^spanline-viewer-${port}=[\\w-]{24}; HttpOnly; SameSite=Strict; Path=/$`),
  );
  expect(String(entered.headers['set-cookie'])).not.toContain(token);
});

it.each([
  ['without a cookie', {}, 401],
  ['with a cookie of another run', { cookie: 'spanline-viewer-PORT=AAAAAAAAAAAAAAAAAAAAAAAA' }, 401],
  ['with an empty cookie', { cookie: 'spanline-viewer-PORT=' }, 401],
])('a request %s reads nothing', async (_name, headers, status) => {
  const { port } = await openViewer(logWith(LOG));
  const given = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value).replace('PORT', String(port))]),
  );
  for (const path of ['/', '/viewer.js', '/api/v1/traces', `/api/v1/trace/${traceId(1)}`, '/api/v1/live'])
    expect((await send(port, path, given)).status).toBe(status);
});

it('a wrong token is refused, also beside a right cookie', async () => {
  const { port, cookie } = await openViewer(logWith(LOG));
  expect((await send(port, '/?token=wrong')).status).toBe(401);
  expect((await send(port, '/?token=wrong', { cookie })).status).toBe(401);
});

it('a name that was bound to this machine later is another host', async () => {
  const { port, cookie } = await openViewer(logWith(LOG));
  for (const host of [
    `evil.example:${port}`,
    'evil.example',
    '127.0.0.1',
    `127.0.0.1.evil.example:${port}`,
    `localhost.:${port}`,
  ])
    expect((await send(port, '/api/v1/traces', { cookie, host })).status).toBe(421);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
    expect((await send(port, '/api/v1/traces', { cookie, host })).status).toBe(200);
});

it.each([
  [
    'a script of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    403,
  ],
  [
    'an image of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    403,
  ],
  [
    'another port of this machine',
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    403,
  ],
  ['another origin', { origin: 'http://evil.example' }, 403],
  ['an origin of another port', { origin: 'http://127.0.0.1:1' }, 403],
  ['a sandboxed frame', { origin: 'null' }, 403],
  [
    'a frame of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    403,
  ],
  [
    'a link in another application',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    200,
  ],
  ['the page itself', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, 200],
])('%s', async (_name, headers, status) => {
  const { port, cookie } = await openViewer(logWith(LOG));
  expect((await send(port, '/api/v1/traces', { cookie, ...headers })).status).toBe(status);
});

it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused: the viewer only reads', async (method) => {
  const { port, cookie } = await openViewer(logWith(LOG));
  expect((await send(port, '/api/v1/traces', { cookie }, method)).status).toBe(405);
});

it('a path leads to no file', async () => {
  const { port, cookie } = await openViewer(logWith(LOG));
  const paths = [
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/index.html/../../package.json',
    '/viewer.js.map',
    '/__proto__',
    '/constructor',
    '/api/v1/__proto__',
    '/api/v1/trace/..%2f..%2f..%2fetc%2fpasswd',
    '/api/v1/trace/%00',
    '/api/v1/trace/%E0%A4%A',
    '/api/v1/../../package.json',
    '/api/v2/traces',
    'http://evil.example/api/v1/other',
  ];
  for (const path of paths) {
    const { status, body } = await send(port, path, { cookie });
    expect([path, status]).toEqual([path, 404]);
    expect(body).not.toContain('"name"');
    expect(body).not.toContain('root:');
  }
});

it('every answer forbids scripts of others, frames, sniffing and caches', async () => {
  const { port, cookie } = await openViewer(logWith(LOG));
  for (const [path, headers] of [
    ['/', { cookie }],
    ['/api/v1/traces', { cookie }],
    ['/nothing', { cookie }],
    ['/', {}],
  ] as const) {
    const reply = await send(port, path, headers);
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
    expect(reply.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(reply.headers['content-security-policy']).not.toContain('unsafe');
    expect(reply.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
    });
  }
});

it('two viewers of one machine do not share their cookies', async () => {
  const first = await openViewer(logWith(LOG));
  const second = await openViewer(logWith(LOG));
  expect((await send(second.port, '/api/v1/traces', { cookie: first.cookie })).status).toBe(401);
  expect((await send(second.port, '/api/v1/traces', { cookie: `${first.cookie}; ${second.cookie}` })).status).toBe(200);
});

it.each([
  [{}, /source must be/],
  [{ source: '' }, /source must be/],
  [{ source: 'a', prot: 1 }, /unknown option "prot"; did you mean "port"/],
  [{ source: 'a', port: -1 }, /port must be an integer from 0 to 65535/],
])('wrong options are refused at the start: %j', async (options, message) => {
  await expect(startViewer(options as never)).rejects.toThrow(message);
});

it('the page shows a cluster without its password', async () => {
  const viewer = await startViewer({ source: 'http://reader:hunter2@127.0.0.1:9/logs-*' });
  onTestFinished(() => viewer.close());
  const url = new URL(viewer.url);
  const entered = await send(viewer.port, url.pathname + url.search);
  const cookie = String(entered.headers['set-cookie']).split(';', 1)[0] ?? '';
  const about = await send(viewer.port, '/api/v1/about', { cookie });
  expect(about.json).toMatchObject({ sources: ['127.0.0.1:9/logs-*'] });
  // Nothing listens there: the fault of the list names no password either.
  await expect.poll(async () => (await send(viewer.port, '/api/v1/traces', { cookie })).status).toBe(500);
  expect((await send(viewer.port, '/api/v1/traces', { cookie })).body).not.toContain('hunter2');
});

it('a port that is taken is said', async () => {
  const { port } = await openViewer(logWith(LOG));
  await expect(startViewer({ source: logWith(LOG), port })).rejects.toMatchObject({
    code: 'ERR_VIEWER_PORT',
    message: expect.stringContaining('EADDRINUSE') as unknown,
  });
});
