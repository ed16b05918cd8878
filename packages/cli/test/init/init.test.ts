/** `spanline init` on real applications: they start, and a request is one trace with its call of a model. */

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from 'spanline';
import { describe, expect, it } from 'vitest';
import { cli, folderWith, program } from '../support/cli.ts';
import { APPS, compile, filesOf, install, runOnce, spansOf, type TestApp } from './apps.ts';

const appOf = (name: string): TestApp => APPS[name] ?? expect.fail(name);

describe.each(Object.keys(APPS))('%s', (name) => {
  it('is traced behind init --yes, and init has nothing to do then', async () => {
    const { main, ...app } = appOf(name);
    const folder = install({ main, ...app });
    const { code, stdout, stderr } = await cli(['init', folder, '--yes']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('By hand');
    const files = filesOf(folder);
    if (main.endsWith('.ts')) expect(compile(folder, main)).toBe('');

    const output = await runOnce(folder, main);
    const spans = spansOf(output);
    expect(new Set(spans.map((span) => span.trace_id)).size).toBe(1);
    const call = spans.find((span) => span['span.type'] === 'llm') ?? expect.fail(output);
    const root = spans.find((span) => span.parent_span_id === undefined);
    if (app.packages.some((one) => one.startsWith('express'))) expect(root?.['span.name']).toBe('GET /ask');
    expect(call['span.path']?.startsWith(`${root?.['span.name']} > `)).toBe(true);
    if (app.packages.includes('pino')) {
      const lines = output.trim().split('\n');
      expect(lines.every((line) => line.includes('"region":"eu"'))).toBe(true);
      expect(output).toContain('"msg":"started"');
    }

    const again = await cli(['init', folder, '--yes']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('Nothing to write.');
    expect(filesOf(folder)).toEqual(files);

    writeFileSync(join(folder, 'app.ndjson'), output);
    const doctor = await cli(['doctor', join(folder, 'app.ndjson'), '--app', folder, '--json']);
    const { findings } = JSON.parse(doctor.stdout) as { findings: { name: string; severity: string }[] };
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(findings.map((one) => one.name)).not.toContain('no-alerts');
    expect(findings.map((one) => one.name)).not.toContain('not-traced');
  });
});

const FIRST = 'ES modules, Express 5 and OpenAI';

it('shows a unified diff, and changes no more than that', async () => {
  const folder = install(appOf(FIRST));
  const before = filesOf(folder);
  const { code, stdout } = await cli(['init', folder, '--dry-run'], { env: { COLUMNS: '100' } });
  expect(code).toBe(0);
  expect(filesOf(folder)).toEqual(before);
  await expect(stdout).toMatchFileSnapshot('__snapshots__/init.txt');
});

it('keeps the style of a source', async () => {
  const folder = install(appOf('CommonJS, Express 4 and Anthropic'));
  await cli(['init', folder, '--yes']);
  const source = readFileSync(join(folder, 'src/index.js'), 'utf8');
  expect(source).toMatch(/^"use strict"\n\nrequire\("\.\/spanline\.js"\)\nconst express = require\("express"\)\n/);
  expect(source).toContain('const { spanlineErrorHandler, spanlineExpress } = require("@spanline/express")\n');
  expect(source).toContain('const app = express()\napp.use(spanlineExpress())\n');
});

it('writes rules that the alerts commands read', async () => {
  const folder = install(appOf(FIRST));
  await cli(['init', folder, '--yes']);
  writeFileSync(join(folder, 'app.ndjson'), '');
  const { stdout } = await cli(['alerts', 'backtest', 'alert-rules.js', 'app.ndjson'], { cwd: folder });
  expect(stdout).toContain('Slow Requests');
});

describe('the question', () => {
  async function answer(
    reply: (stdin: PassThrough, stop: AbortController) => void,
  ): Promise<[number, boolean, string]> {
    const folder = install(appOf(FIRST));
    const before = filesOf(folder);
    const stop = new AbortController();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    let output = '';
    const write = (text: string | Uint8Array): void => {
      output += String(text);
      if (String(text).includes('[y/N]')) reply(stdin, stop);
    };
    const code = await run(['init', folder], {
      stdin,
      stdout: { write },
      stderr: { write },
      env: {},
      stop: stop.signal,
    });
    return [code, JSON.stringify(filesOf(folder)) !== JSON.stringify(before), output];
  }

  it.each<[string, (stdin: PassThrough, stop: AbortController) => void]>([
    ['a no', (stdin) => stdin.write('n\n')],
    ['an empty line', (stdin) => stdin.write('\n')],
    ['the end of the input', (stdin) => stdin.end()],
    ['Ctrl-C', (_, stop) => stop.abort()],
  ])('leaves everything as it is: %s', async (name, reply) => {
    const [code, isChanged, output] = await answer(reply);
    expect([code, isChanged]).toEqual([name === 'Ctrl-C' ? 130 : 1, false]);
    expect(output).toContain('nothing was written\n');
  });

  it('writes after a yes, and prints the command of the package manager', async () => {
    const [code, isChanged, output] = await answer((stdin) => stdin.write('y\n'));
    expect([code, isChanged]).toEqual([0, true]);
    expect(output).toContain('  npm install\n');
  });

  it('is not asked without a terminal', async () => {
    const folder = install(appOf(FIRST));
    const { code, stderr } = await cli(['init', folder]);
    expect(code).toBe(64);
    expect(stderr).toContain('--yes');
  });
});

describe('what it does not understand stays as it is', () => {
  const EXPRESS = { packages: ['express'], manifest: { type: 'module' }, main: 'server.js' };

  async function byHand(files: Record<string, string>, more: Partial<TestApp> = {}): Promise<[string[], string]> {
    const folder = install({ ...EXPRESS, ...more, files });
    const { code, stdout } = await cli(['init', folder, '--yes']);
    expect(code).toBe(0);
    const changed = Object.entries(filesOf(folder)).filter(
      ([path, text]) => files[path] !== undefined && files[path] !== text,
    );
    return [changed.map(([path]) => path), stdout];
  }

  it.each<[string, Record<string, string>, RegExp, string[]]>([
    [
      'a source with an error',
      { 'server.js': "import express from 'express';\nconst app = ;\n" },
      /By hand.*server\.js/,
      [],
    ],
    [
      'a generated source',
      { 'server.js': "// @generated\nimport express from 'express';\nconst app = express();\n" },
      /By hand.*server\.js/,
      [],
    ],
    [
      'two applications in a file',
      { 'server.js': "import express from 'express';\nconst a = express();\nconst b = express();\na.listen(1);\n" },
      /By hand\. In server\.js/,
      ['server.js'],
    ],
    [
      'an application that is wrapped',
      {
        'server.js':
          "import express from 'express';\nimport { wrap } from './wrap.js';\nconst app = wrap(express());\n",
        'wrap.js': 'export const wrap = (app) => app;\n',
      },
      /By hand\. In server\.js/,
      ['server.js'],
    ],
    [
      'several files that may be started',
      {
        'a.js': "import express from 'express';\nconst app = express();\napp.listen(1);\n",
        'b.js': "import express from 'express';\nconst app = express();\napp.listen(2);\n",
      },
      /By hand\. In the file that is started/,
      ['a.js', 'b.js'],
    ],
    [
      'routes that are registered elsewhere',
      { 'server.js': "import express from 'express';\nexport const app = express();\n" },
      /By hand\. Behind the routes/,
      ['server.js'],
    ],
    [
      'a tracer that is there already',
      {
        'server.js':
          "import { createTracer } from '@spanline/core';\nimport express from 'express';\nconst tracer = createTracer();\nconst app = express();\n",
      },
      /Express is not traced/,
      [],
    ],
  ])('%s', async (_, files, words, changed) => {
    const [paths, stdout] = await byHand(files);
    expect(stdout).toMatch(words);
    expect(paths).toEqual(changed);
  });

  it('a file that has the name of a new one', async () => {
    const files = {
      'server.js': "import express from 'express';\nconst app = express();\n",
      'spanline.js': 'export const x = 1;\n',
    };
    const [changed, stdout] = await byHand(files);
    expect(changed).toEqual([]);
    expect(stdout).toMatch(/By hand\. spanline\.js is something else/);
  });

  it('a program in CommonJS, whose lines are printed with require', async () => {
    const [, stdout] = await byHand(
      { 'server.js': "const express = require('express');\nconst a = express();\nconst b = express();\n" },
      { manifest: {} },
    );
    expect(stdout).toContain("const { spanlineErrorHandler, spanlineExpress } = require('@spanline/express');");
  });

  it('a pino-http, whose own lines can be turned off', async () => {
    const source =
      "import express from 'express';\nimport { pinoHttp } from 'pino-http';\nconst app = express();\napp.use(pinoHttp());\n";
    const [changed, stdout] = await byHand({ 'server.js': source });
    expect(changed).toEqual(['server.js']);
    expect(stdout).toContain('pinoHttp({ autoLogging: false })');
  });

  it('a logger with levels of its own, in TypeScript', async () => {
    const source =
      "import pino from 'pino';\nconst logger = pino({ customLevels: { audit: 35 } });\nlogger.audit('x');\n";
    const [changed, stdout] = await byHand({ 'index.ts': source }, { packages: ['pino'], main: 'index.ts' });
    expect(changed).toEqual(['index.ts']);
    expect(stdout).toContain('createTracer({ logger });');
  });

  it('two loggers', async () => {
    const source = "import pino from 'pino';\nexport const a = pino();\nexport const b = pino();\n";
    const [, stdout] = await byHand({ 'server.js': source }, { packages: ['pino'] });
    expect(stdout).toContain('createTracer({ logger });');
  });
});

it('goes on where an application has grown', async () => {
  const folder = install(appOf(FIRST));
  await cli(['init', folder, '--yes']);
  writeFileSync(
    join(folder, 'more.js'),
    "import Anthropic from '@anthropic-ai/sdk';\nexport const client = new Anthropic();\n",
  );
  const { stdout } = await cli(['init', folder, '--yes']);
  expect(stdout).toContain("import '@spanline/anthropic/register';");
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toContain('"@spanline/anthropic"');
});

it('keeps the form of package.json, and versions that are there', async () => {
  const text =
    '{\r\n\t"name": "x",\r\n\t"dependencies": {\r\n\t\t"zod": "4",\r\n\t\t"@spanline/core": "file:../core"\r\n\t}\r\n}';
  const folder = folderWith({ 'package.json': text, 'index.js': 'console.log(1);\n', 'pnpm-lock.yaml': '' });
  const { stdout } = await cli(['init', folder, '--yes']);
  const written = readFileSync(join(folder, 'package.json'), 'utf8');
  expect(written).toMatch(
    /^\{\r\n\t"name": "x",\r\n\t"dependencies": \{\r\n\t\t"zod": "4",\r\n\t\t"@spanline\/core": "file:\.\.\/core",\r\n/,
  );
  expect(written.endsWith('}')).toBe(true);
  expect(stdout).toContain('  pnpm install\n');
});

it.each([
  [
    '{}',
    /^\{"dependencies": \{"@spanline\/core": "[^"]+","@spanline\/monitor": "[^"]+"\},"devDependencies": \{"spanline": "[^"]+"\}\}$/,
  ],
  ['{"a":1,"b":2}\n', /^\{"a":1,"b":2,"dependencies": \{.+\},"devDependencies": \{.+\}\}\n$/],
  [
    '{\n  "dependencies": {},\n  "name": "x"\n}\n',
    /^\{\n {2}"dependencies": \{\n {4}"@spanline\/core": ".+",\n[^}]+\n {2}\},\n {2}"name": "x",\n {2}"devDependencies": \{\n/,
  ],
  [
    '{\n  "dependencies": {\n    "a": "1",\n    "z": "1"\n  }\n}\n',
    /"dependencies": \{\n {4}"@spanline\/core": "[^"]+",\n {4}"@spanline\/monitor": "[^"]+",\n {4}"a": "1",\n {4}"z": "1"\n/,
  ],
  [
    '{\n  "dependencies": {\n    "@a/a": "1",\n    "z": "1"\n  }\n}\n',
    /"@a\/a": "1",\n {4}"@spanline\/core": "[^"]+",\n {4}"@spanline\/monitor": "[^"]+",\n {4}"z": "1"\n/,
  ],
])('adds packages to %j where they belong', async (text, expected) => {
  const folder = folderWith({ 'package.json': text, 'index.js': 'console.log(1);\n' });
  await cli(['init', folder, '--yes']);
  const written = readFileSync(join(folder, 'package.json'), 'utf8');
  expect(written).toMatch(expected);
  expect(JSON.parse(written)).toMatchObject(JSON.parse(text) as object);
});

it('answers scripts with --json', async () => {
  const folder = install(appOf(FIRST));
  const { stdout } = await cli(['init', folder, '--dry-run', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    frameworks: ['Express', 'OpenAI'],
    entry: 'server.js',
    install: 'npm install',
    isWritten: false,
    byHand: [],
    changes: [
      { path: 'package.json', isNew: false },
      { path: 'spanline.js', isNew: true },
      { path: 'alert-rules.js' },
      { path: 'server.js' },
    ],
  });
});

it.each([
  ['no application', [], {}],
  ['a folder that is none', ['nowhere'], {}],
  ['two folders', ['a', 'b'], { 'package.json': '{}' }],
  ['a package.json that is broken', ['.', '--yes'], { 'package.json': '{' }],
  ['an unknown flag', ['--force'], { 'package.json': '{}' }],
  ['flags that do not go together', ['--yes', '--dry-run'], { 'package.json': '{}' }],
])('refuses %s', async (_, args, files) => {
  const { code, stderr } = await cli(['init', ...args], { cwd: folderWith(files) });
  expect(code).toBe(64);
  expect(stderr).toMatch(/^spanline init: ERR_/);
});

it('changes nothing where a file cannot be written', async () => {
  const { files, ...rest } = appOf('TypeScript, Express 5 and a chain of LangChain');
  const folder = install({ ...rest, files });
  // Files of the folder can be replaced, and none can be added to src.
  const before = filesOf(folder);
  chmodSync(join(folder, 'src'), 0o555);
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  chmodSync(folder, 0o777);
  const { code, stderr } = await program(['init', folder, '--yes'], user);
  chmodSync(join(folder, 'src'), 0o755);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('nothing was changed') as string });
  expect(filesOf(folder)).toEqual(before);
  expect(existsSync(join(folder, 'src/spanline.ts'))).toBe(false);
});
