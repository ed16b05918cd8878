/** Small applications of every kind, on the packages of this workspace, and how a test runs them. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseLine, type SpanRecord } from '@spanline/record';
import { folderWith } from '../support/cli.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/** Installed packages of the workspace, by the name that an application has for them. */
const INSTALLED: Readonly<Record<string, string>> = {
  express: 'packages/express/node_modules/express',
  express4: 'packages/express/node_modules/express4',
  openai: 'packages/openai/node_modules/openai',
  '@anthropic-ai/sdk': 'packages/anthropic/node_modules/@anthropic-ai/sdk',
  '@langchain/core': 'packages/langchain/node_modules/@langchain/core',
  llamaindex: 'packages/llamaindex/node_modules/llamaindex',
  '@llamaindex/openai': 'packages/llamaindex/node_modules/@llamaindex/openai',
  pino: 'packages/core/node_modules/pino',
  '@types/express': 'packages/express/node_modules/@types/express',
  '@types/node': 'node_modules/@types/node',
};

/** An application. */
export interface TestApp {
  readonly files: Readonly<Record<string, string>>;
  /** Packages beside those of Spanline. `express4` is installed as `express`. */
  readonly packages: readonly string[];
  readonly manifest?: object;
  /** The file that Node starts. */
  readonly main: string;
}

function link(folder: string, name: string, to: string): void {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(ROOT, to), path);
}

/** Writes an application into a folder, with its packages and those of Spanline. */
export function install({ files, packages, manifest = {} }: TestApp): string {
  const names = packages.map((name) => name.replace(/4$/, ''));
  const dependencies = Object.fromEntries(names.map((name) => [name, '*']));
  const text = `${JSON.stringify({ name: 'asker', ...manifest, dependencies }, null, 2)}\n`;
  const folder = folderWith({ 'package.json': text, ...files });
  packages.forEach((name, index) => link(folder, names[index] ?? name, INSTALLED[name] ?? ''));
  for (const name of readdirSync(join(ROOT, 'packages')))
    link(folder, name === 'cli' ? 'spanline' : `@spanline/${name}`, `packages/${name}`);
  return folder;
}

const ANSWER = {
  id: 'c1',
  object: 'chat.completion',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Three months.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 12, completion_tokens: 4, total_tokens: 16 },
};
const MESSAGE = {
  id: 'm1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'Three months.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 12, output_tokens: 4 },
};

/** A provider on the loopback interface. @returns its address */
async function startProvider(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url?.endsWith('/messages') === true ? MESSAGE : ANSWER));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Starts an application, sends one request if it prints a port, and ends it.
 *
 * @returns its standard output
 */
export async function runOnce(folder: string, main: string): Promise<string> {
  const tsx = main.endsWith('ts') ? ['--import', join(ROOT, 'node_modules/tsx/dist/loader.mjs')] : [];
  const env = { PATH: process.env['PATH'] ?? '', PROVIDER: await startProvider(), SPANLINE_PRETTY: 'false' };
  const child = spawn(process.execPath, [...tsx, main], { cwd: folder, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const closed = once(child, 'close');
  const port = await new Promise<string | undefined>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk;
      const found = /^port (\d+)$/m.exec(errors)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => resolve(undefined));
  });
  if (port !== undefined) {
    const response = await fetch(`http://127.0.0.1:${port}/ask`);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()} ${errors}`);
    await response.text();
    // The line of a request follows its answer.
    while (!output.includes('"SERVER"')) await once(child.stdout, 'data');
    child.kill('SIGTERM');
  }
  const [code] = (await closed) as [number | null];
  if (port === undefined && code !== 0) throw new Error(errors);
  return output;
}

/** Compiles an application in TypeScript, strictly. @returns the errors of the compiler */
export function compile(folder: string, main: string): string {
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
  ];
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  return spawnSync(tsc, [...options, main], { cwd: folder, encoding: 'utf8' }).stdout;
}

/** The spans among lines. */
export function spansOf(output: string): SpanRecord[] {
  return output.split('\n').flatMap((line) => {
    const parsed = parseLine(line);
    return parsed?.kind === 'span' ? [parsed.record] : [];
  });
}

/** The files of an application, without its packages. */
export function filesOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.toSorted().map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );
}

const OPENAI_ROUTE = `app.get('/ask', async (req, res) => {
  const { choices } = await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'How long is the notice period?' }],
  });
  res.json(choices[0].message.content);
});`;

const LISTEN = `const server = app.listen(0, '127.0.0.1', () => console.error(\`port \${server.address().port}\`));`;

/** One application of each kind. */
export const APPS: Readonly<Record<string, TestApp>> = {
  'ES modules, Express 5 and OpenAI': {
    packages: ['express', 'openai'],
    manifest: { type: 'module', scripts: { start: 'node server.js' } },
    main: 'server.js',
    files: {
      'server.js': `#!/usr/bin/env node
// The service.
import express from 'express';
import OpenAI from 'openai'; // the client

const app = express();
const openai = new OpenAI({ apiKey: 'k', baseURL: process.env.PROVIDER });

app.use(express.json());
${OPENAI_ROUTE}
app.use((error, req, res, next) => {
  res.status(500).json({ error: error.message });
});

${LISTEN}
`,
    },
  },
  'CommonJS, Express 4 and Anthropic': {
    packages: ['express4', '@anthropic-ai/sdk'],
    main: 'src/index.js',
    files: {
      'src/index.js': `"use strict"

const express = require("express")
const Anthropic = require("@anthropic-ai/sdk")

const app = express()
const client = new Anthropic({ apiKey: "k", baseURL: process.env.PROVIDER })

app.get("/ask", async (req, res, next) => {
  try {
    const message = await client.messages.create({
      model: "claude-sonnet-4-5",
      max_tokens: 50,
      messages: [{ role: "user", content: "How long is the notice period?" }],
    })
    res.json(message.content[0].text)
  } catch (error) {
    next(error)
  }
})

const server = app.listen(0, "127.0.0.1", () => console.error("port " + server.address().port))
`,
    },
  },
  'TypeScript, Express 5 and a chain of LangChain': {
    packages: ['express', '@langchain/core', '@types/express', '@types/node'],
    manifest: { type: 'module', scripts: { start: 'tsx src/main.ts' } },
    main: 'src/main.ts',
    files: {
      'src/app.ts': `import { ChatPromptTemplate } from '@langchain/core/prompts';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import express, { type Express } from 'express';

const prompt = ChatPromptTemplate.fromMessages([['user', '{question}']]);
const chain = prompt.pipe(new FakeListChatModel({ responses: ['Three months.'] }));

export function createApp(): Express {
  const app = express();
  app.get('/ask', async (_req, res) => {
    const answer = await chain.invoke({ question: 'How long is the notice period?' });
    res.json(answer.content);
  });
  return app;
}
`,
      'src/main.ts': `import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';

const server = createApp().listen(0, '127.0.0.1', () => {
  console.error(\`port \${(server.address() as AddressInfo).port}\`);
});
`,
    },
  },
  'a pino in the file of the application': {
    packages: ['express', 'openai', 'pino'],
    main: 'server.js',
    files: {
      'server.js': `const express = require('express');
const OpenAI = require('openai');
const pino = require('pino');

const logger = pino({ base: { region: 'eu' } });
const app = express();
const openai = new OpenAI({ apiKey: 'k', baseURL: process.env.PROVIDER });
${OPENAI_ROUTE}
${LISTEN}
logger.info('started');
`,
    },
  },
  'a pino that a module exports': {
    packages: ['express', 'openai', 'pino'],
    manifest: { type: 'module' },
    main: 'src/server.mjs',
    files: {
      'src/logger.mjs': `import pino from 'pino';

export const log = pino({ base: { region: 'eu' } });
`,
      'src/server.mjs': `import express from 'express';
import OpenAI from 'openai';
import { log } from './logger.mjs';

const app = express();
const openai = new OpenAI({ apiKey: 'k', baseURL: process.env.PROVIDER });
${OPENAI_ROUTE}
${LISTEN}
log.info('started');
`,
    },
  },
  'a program without a server': {
    packages: ['@langchain/core'],
    manifest: { type: 'module' },
    main: 'ask.js',
    files: {
      'ask.js': `import { ChatPromptTemplate } from '@langchain/core/prompts';
import { FakeListChatModel } from '@langchain/core/utils/testing';

const model = new FakeListChatModel({ responses: ['Three months.'] });
await ChatPromptTemplate.fromMessages([['user', '{question}']]).pipe(model).invoke({ question: 'How long?' });
`,
    },
  },
  'LlamaIndex in ES modules': {
    packages: ['express', 'llamaindex', '@llamaindex/openai'],
    manifest: { type: 'module', main: './index.js' },
    main: 'index.js',
    files: {
      'index.js': `import { OpenAI } from '@llamaindex/openai';
import express from 'express';
import { SimpleChatEngine } from 'llamaindex';

const app = express();
const llm = new OpenAI({ model: 'gpt-4o-mini', apiKey: 'k', baseURL: process.env.PROVIDER });
app.get('/ask', async (req, res) => {
  const { message } = await new SimpleChatEngine({ llm }).chat({ message: 'How long?' });
  res.json(message.content);
});
${LISTEN}
`,
    },
  },
};
