/** Prompts of Langfuse and LangSmith: their own clients and ours read one server, and fill in the same. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatPromptTemplate, MessagesPlaceholder, PromptTemplate } from '@langchain/core/prompts';
import { LangfuseClient } from '@langfuse/client';
import { Client as LangSmithClient } from 'langsmith';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definePrompt, fetchPrompts, readExport } from '@spanline/prompts';

const LANGFUSE = [
  {
    name: 'critic',
    version: 1,
    type: 'text',
    prompt: 'Do you like {{movie}}?',
    labels: ['production'],
    tags: [],
    config: {},
  },
  {
    name: 'critic',
    version: 2,
    type: 'text',
    prompt: 'As a {{level}} critic, do you like {{movie}}?',
    labels: ['latest', 'staging'],
    tags: [],
    config: { model: 'gpt-4o' },
    commitMessage: 'More critical',
  },
  {
    name: 'a chat',
    version: 1,
    type: 'chat',
    prompt: [
      { type: 'chatmessage', role: 'system', content: 'Be {{tone}}. Keep {"json": true}.' },
      { type: 'placeholder', name: 'history' },
      { type: 'chatmessage', role: 'user', content: '{{question}}' },
    ],
    labels: ['latest', 'production'],
    tags: [],
    config: null,
  },
];

const TEMPLATE = ChatPromptTemplate.fromMessages([
  ['system', 'You are {role}. Write {{"a": {role}}}'],
  new MessagesPlaceholder('history'),
  ['human', '{question} {{{question}}}'],
]);
const COMMIT = {
  commit_hash: 'fedcba9876543210',
  manifest: JSON.parse(JSON.stringify(TEMPLATE)) as unknown,
  examples: [],
};

/** Both APIs on one server. @returns its address and the paths and keys that it was asked with */
async function serve(limited = false): Promise<{ url: string; asked: string[]; keys: unknown[] }> {
  const asked: string[] = [];
  const keys: unknown[] = [];
  let refusals = limited ? 1 : 0;
  const answer = ({ url = '', headers }: IncomingMessage): [number, unknown] => {
    asked.push(url);
    keys.push(headers['x-api-key'] ?? headers.authorization);
    const { pathname, searchParams } = new URL(url, 'http://x');
    if (refusals-- > 0) return [429, 'slower'];
    if (pathname.startsWith('/commits/'))
      return /\/(?:latest|fedcba98)$/.test(pathname) ? [200, COMMIT] : [404, 'key of yours'];
    const name = decodeURIComponent(pathname.replace('/api/public/v2/prompts', '').slice(1));
    if (name !== '') {
      const version = searchParams.get('version');
      const found = LANGFUSE.findLast(
        (one) => one.name === name && (version === null || one.version === Number(version)),
      );
      return found === undefined ? [404, 'no'] : [200, found];
    }
    const names = [...new Set(LANGFUSE.map((one) => one.name))];
    const page = Number(searchParams.get('page'));
    const listed = names.slice(page - 1, page).map((own) => ({
      name: own,
      versions: LANGFUSE.filter((one) => one.name === own).map(({ version }) => version),
    }));
    return [200, { data: listed, meta: { page, totalPages: names.length } }];
  };
  const server = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, keys };
}

const KEYS = { key: 'secret-key', publicKey: 'public-key' };

describe('Langfuse', () => {
  it('gives every version, with its labels as environments; its own client fills in the same', async () => {
    const { url, keys } = await serve(true);
    const imported = await fetchPrompts({ from: 'langfuse', url, ...KEYS });
    expect(imported).toMatchObject({
      prompts: [
        { name: 'critic', version: '1' },
        { name: 'critic', version: '2', description: 'More critical', config: { model: 'gpt-4o' } },
        { name: 'a chat', version: '1' },
      ],
      environments: { production: { critic: '1', 'a chat': '1' }, staging: { critic: '2' } },
      skipped: [],
    });
    expect(new Set(keys)).toEqual(new Set([`Basic ${Buffer.from('public-key:secret-key').toString('base64')}`]));
    const theirs = new LangfuseClient({ publicKey: KEYS.publicKey, secretKey: KEYS.key, baseUrl: url });
    const text = await theirs.prompt.get('critic', { version: 2 });
    const values = { level: 'kind', movie: 'Up' };
    const [, second, chat] = imported.prompts.map((prompt) => definePrompt(prompt));
    expect(second?.format(values)).toBe(text.compile(values));
    const history = [{ role: 'user', content: 'Hi' }];
    const own = chat?.format({ tone: 'brief', question: 'Why?', history });
    const messages = await theirs.prompt.get('a chat', { type: 'chat', version: 1 });
    const filled = messages.compile({ tone: 'brief', question: 'Why?' }, { history }) as {
      role: string;
      content: string;
    }[];
    expect(own).toEqual(filled.map(({ role, content }) => ({ role, content })));
  });

  it('gives the prompts that are named, and says which there are not', async () => {
    const { url } = await serve();
    const imported = await fetchPrompts({ from: 'langfuse', url, names: ['a chat'], ...KEYS });
    expect(imported.prompts.map(({ name }) => name)).toEqual(['a chat']);
    await expect(fetchPrompts({ from: 'langfuse', url, names: ['b'], ...KEYS })).rejects.toThrow(
      'there is no prompt b',
    );
  });
});

describe('LangSmith', () => {
  it('gives a commit; LangChain fills in the same', async () => {
    const { url, asked, keys } = await serve();
    const imported = await fetchPrompts({
      from: 'langsmith',
      url,
      names: ['helper', 'me/helper:fedcba98'],
      key: 'lsv2',
    });
    expect(asked).toEqual(['/commits/-/helper/latest', '/commits/me/helper/fedcba98']);
    expect(new Set(keys)).toEqual(new Set(['lsv2']));
    expect(imported.prompts.map(({ name, version }) => [name, version])).toEqual([
      ['helper', 'fedcba98'],
      ['me/helper', 'fedcba98'],
    ]);
    const history = [{ role: 'user', content: 'Hi' }];
    const values = { role: 'a poet', question: 'Why {x}?', history };
    const theirs = await TEMPLATE.formatMessages(values);
    const [first] = imported.prompts;
    const own = first === undefined ? undefined : definePrompt(first).format(values);
    const roles: Readonly<Record<string, string>> = { human: 'user', system: 'system' };
    expect(own).toEqual(theirs.map((message) => ({ role: roles[message.getType()], content: message.content })));
    // Its own client asks for the same path.
    const client = new LangSmithClient({ apiUrl: url, apiKey: 'lsv2', autoBatchTracing: false });
    const commit = await client.pullPromptCommit('helper:fedcba98', { skipCache: true });
    expect(readExport(commit).prompts[0]?.template).toEqual(first?.template);
  });

  it('needs names, and an answer of the API; errors quote no key and no body', async () => {
    const { url } = await serve();
    await expect(fetchPrompts({ from: 'langsmith', url, key: 'k' })).rejects.toThrow('name the prompts to import');
    const failed = fetchPrompts({ from: 'langsmith', url, key: 'my-key', names: ['x:other'] });
    await expect(failed).rejects.toThrow(
      /^ERR_PROMPT_STORE: langsmith: commits\/-\/x\/other was answered with status 404$/,
    );
    await expect(fetchPrompts({ from: 'langsmith', url, key: { env: 'NO_SUCH_KEY' } })).rejects.toThrow(
      'LANGSMITH_API_KEY',
    );
  });
});

describe('an export', () => {
  it('reads templates of mustache and of plain text, and a prompt that is bound to a model', async () => {
    const mustache = ChatPromptTemplate.fromMessages([['human', '{{q}} {{{q}}} {plain}']], {
      templateFormat: 'mustache',
    });
    const bound = {
      lc: 1,
      type: 'constructor',
      id: ['langchain_core', 'runnables', 'RunnableSequence'],
      kwargs: { first: JSON.parse(JSON.stringify(PromptTemplate.fromTemplate('Say {x}'))) as unknown, last: {} },
    };
    const commits = [mustache, bound].map((manifest, at) => ({
      repo: `p${at}`,
      commit_hash: 'abcdef0123',
      manifest: JSON.parse(JSON.stringify(manifest)) as unknown,
    }));
    const [one, two] = readExport(commits).prompts.map((prompt) => definePrompt(prompt));
    expect(one?.format({ q: 'A' })).toEqual([{ role: 'user', content: 'A A {plain}' }]);
    expect(two?.format({ x: 'B' })).toBe('Say B');
  });

  it('names what it leaves out, and why', () => {
    const langfuse = (prompt: unknown) => ({ name: 'p', version: 1, prompt });
    const { prompts, skipped } = readExport({
      data: [
        langfuse('{{user.name}}'),
        langfuse([{ role: 'tool', content: 'x' }]),
        langfuse([{ role: 'user', content: [{ type: 'image_url' }] }]),
        {
          repo: 'r',
          commit_hash: 'h',
          manifest: { id: ['x'], kwargs: { template: '{% if %}', template_format: 'jinja2' } },
        },
        {
          repo: 'r',
          commit_hash: 'h',
          manifest: { id: ['x'], kwargs: { messages: [{ id: ['x', 'ToolMessage'], kwargs: {} }] } },
        },
      ],
    });
    expect(prompts).toEqual([]);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('must be followed by the name of a variable'),
      'a message has the role "tool"',
      'the content of a message is not a text',
      'its format is jinja2',
      'a message is a ToolMessage',
    ]);
  });

  it.each([null, 7, {}, { data: ['x'] }])('is refused if it is none: %j', (document) => {
    expect(() => readExport(document)).toThrow(/value 1 is neither a prompt of Langfuse/);
  });
});
