/** The import, and its switch: programs of their own. */

import { expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../test/support/child.ts';

/** Asks a model of its own, over `node:http`. */
const PROGRAM = `
import { once } from 'node:events';
import { createServer, request } from 'node:http';

const server = createServer((asked, response) => {
  asked.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end('{"model":"gpt-4o","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2}}');
  });
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const sending = request({
  host: '127.0.0.1',
  port: server.address().port,
  path: '/v1/chat/completions',
  method: 'POST',
  agent: false,
});
sending.end('{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}');
const [response] = await once(sending, 'response');
response.resume();
await once(response, 'end');
server.close();
`;

/** Tokens of the lines that the program wrote. */
async function recorded(env: Record<string, string>): Promise<unknown[]> {
  const { code, stdout, stderr } = await runChild(PROGRAM, {
    nodeOptions: ['--import', '@spanline/wire'],
    env: { SPANLINE_PRETTY: 'false', SPANLINE_WIRE_PATCH: 'true', ...env },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return jsonLines(stdout)
    .filter((line) => line['event.name'] === 'span.end')
    .map((line) => line['gen_ai.usage.input_tokens']);
}

it.each([
  ['records by the import alone', { SPANLINE_WIRE: '' }, [10]],
  ['records nothing with SPANLINE_WIRE=false', { SPANLINE_WIRE: 'false' }, []],
])('%s', async (_, env, tokens) => {
  expect(await recorded(env)).toEqual(tokens);
});

/** Asks a model whose host is known over `node:http`, twice. */
const ASKING = `
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { wire } from '@spanline/wire';

const server = createServer((asked, response) => asked.resume().on('end', () => response.end('{}')));
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address();
wire({ hosts: { ['127.0.0.1:' + port]: 'openai' } });
for (const path of ['/v1/chat/completions', '/v1/chat/completions']) {
  const sending = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false });
  sending.end('{}');
  const [response] = await once(sending, 'response');
  response.resume();
  await once(response, 'end');
}
server.close();
`;

/** Node publishes requests of `node:http` when they are made. */
const [MAJOR = 0, MINOR = 0] = process.versions.node.split('.').map(Number);
const PUBLISHES = MAJOR > 22 || (MAJOR === 22 && MINOR >= 12);

it.each([
  ['once', '', PUBLISHES ? 0 : 1],
  ['not where the patch is on', 'true', 0],
  ['not where the patch is off by choice', 'false', 0],
])('warns of calls that pass unseen: %s', async (_, setting, warnings) => {
  const { code, stderr } = await runChild(ASKING, {
    env: { SPANLINE_PRETTY: 'false', SPANLINE_WIRE_PATCH: setting },
  });
  expect(code).toBe(0);
  expect(stderr.split('[SPANLINE_WIRE_UNSEEN]').length - 1).toBe(warnings);
});
