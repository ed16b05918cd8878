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

/** Asks a model by `fetch`, twice. */
const FETCHING = `
import { once } from 'node:events';
import { createServer } from 'node:http';
import { wire } from '@spanline/wire';

const server = createServer((_, response) => response.end('{}'));
await once(server.listen(0, '127.0.0.1'), 'listening');
const host = '127.0.0.1:' + server.address().port;
wire({ hosts: { [host]: 'openai' } });
for (const path of ['chat/completions', 'chat/completions']) {
  await (await fetch('http://' + host + '/v1/' + path, { method: 'POST', body: '{}' })).text();
}
server.close();
server.closeAllConnections();
`;

/** Node's `fetch` publishes bodies. */
const PUBLISHES = Number(process.versions.node.split('.', 1)[0]) >= 24;

it.each([
  ['once', '', PUBLISHES ? 0 : 1],
  ['not where the patch is on', 'true', 0],
  ['not where the patch is off by choice', 'false', 0],
])('warns of calls that pass unseen: %s', async (_, setting, warnings) => {
  const { code, stderr } = await runChild(FETCHING, {
    env: { SPANLINE_PRETTY: 'false', SPANLINE_WIRE_PATCH: setting },
  });
  expect(code).toBe(0);
  expect(stderr.split('[SPANLINE_WIRE_UNSEEN]').length - 1).toBe(warnings);
});
