/** What `spanline doctor` says about an application. */

import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readApp } from '../../src/care/app/read-app.ts';
import { type AppExamination, examineApp } from '../../src/care/doctor/examine-app.ts';
import { tracingOf } from '../../src/care/doctor/pillars.ts';
import { folderWith } from '../support/cli.ts';

const PACKAGES_FOLDER = join(import.meta.dirname, '../../..');

type Files = Readonly<Record<string, string>>;

async function examine(
  files: Files,
  log?: Parameters<typeof examineApp>[1],
): Promise<AppExamination & { names: string[] }> {
  const examined = examineApp(await readApp(folderWith(files), '--app'), log);
  return { ...examined, names: examined.findings.map(({ name }) => name) };
}

const manifest = (fields: object): string => JSON.stringify({ name: 'rag', ...fields });

/** Packages that are installed, with their versions. */
const installed = (...names: readonly string[]): Files =>
  Object.fromEntries(names.map((name) => [`node_modules/${name}/package.json`, JSON.stringify({ version: '0.1.0' })]));

const dependencies = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, '*']));

const PACKAGES = ['@spanline/core', '@spanline/express', '@spanline/openai', '@spanline/monitor'];

const SERVER = `import { createTracer } from '@spanline/core';
import { spanlineErrorHandler, spanlineExpress } from '@spanline/express';
import { createMonitor, slack } from '@spanline/monitor';
import { metricsHandler } from '@spanline/monitor/prometheus';
import { wrapOpenAI } from '@spanline/openai';
import express from 'express';
import OpenAI from 'openai';

const tracer = createTracer();
const monitor = createMonitor({ tracer, channels: { slack: slack({ url: { env: 'HOOK' } }) } });
const app = express();
app.use(spanlineExpress()).get('/metrics', metricsHandler({ monitor })).use(spanlineErrorHandler());
wrapOpenAI(new OpenAI());
`;

const HEALTHY: Files = {
  'package.json': manifest({ dependencies: dependencies('express', 'openai', ...PACKAGES) }),
  'src/server.ts': SERVER,
  ...installed(...PACKAGES),
};

const without = (text: string): Files => ({ ...HEALTHY, 'src/server.ts': SERVER.replace(text, '') });

it('finds nothing in an application that has all three', async () => {
  const { names, frameworks, pillars } = await examine(HEALTHY);
  expect(names).toEqual([]);
  expect(frameworks).toEqual(['Express', 'OpenAI']);
  expect(pillars).toEqual({
    instrumentation: ['@spanline/core', '@spanline/express', '@spanline/openai'],
    dashboards: ['src/server.ts'],
    alerts: ['src/server.ts'],
  });
});

it('names all that an application without Spanline lacks', async () => {
  const { names, findings } = await examine({
    'package.json': manifest({ dependencies: dependencies('express', '@anthropic-ai/sdk') }),
    'index.js': "const express = require('express');\nconst Anthropic = require('@anthropic-ai/sdk');\n",
  });
  expect(names).toEqual(['no-instrumentation', 'no-dashboards', 'no-alerts']);
  expect(findings[0]).toMatchObject({
    severity: 'error',
    text: expect.stringContaining('Express, Anthropic') as string,
  });
});

it.each<[string, string[], Files]>([
  ['a framework without its package', ['not-traced'], without("import { wrapOpenAI } from '@spanline/openai';\n")],
  [
    'a package that is not installed',
    ['not-installed'],
    { ...HEALTHY, 'node_modules/@spanline/openai/package.json': '', 'src/more.ts': "import '@spanline/ship';\n" },
  ],
  [
    'no error handler',
    ['no-error-handler'],
    { ...HEALTHY, 'src/server.ts': SERVER.replaceAll('spanlineErrorHandler', 'other') },
  ],
  [
    'no dashboards',
    ['no-dashboards'],
    { ...HEALTHY, 'src/server.ts': SERVER.replaceAll(/metricsHandler|\/prometheus/g, '') },
  ],
  ['no alerts', ['no-alerts'], { ...HEALTHY, 'src/server.ts': SERVER.replaceAll('createMonitor', 'other') }],
  ['alerts that nobody gets', ['no-channel'], { ...HEALTHY, 'src/server.ts': SERVER.replace('channels', 'rules') }],
  [
    'two versions',
    ['copies'],
    {
      ...HEALTHY,
      'node_modules/a/package.json': '{}',
      'node_modules/a/node_modules/@spanline/core/package.json': '{"version":"0.0.9"}',
    },
  ],
  [
    'two copies in the store of pnpm',
    ['copies'],
    {
      ...HEALTHY,
      'node_modules/.pnpm/openai@5.0.0/node_modules/openai/package.json': '{"version":"5.0.0"}',
      'node_modules/.pnpm/openai@6.0.0/node_modules/openai/package.json': '{"version":"6.0.0"}',
    },
  ],
])('finds %s', async (_, names, files) => {
  expect((await examine(files)).names).toEqual(names);
});

describe('is content with', () => {
  it.each<[string, Files]>([
    [
      'registration by an option of Node',
      {
        ...without("import { wrapOpenAI } from '@spanline/openai';\n"),
        Dockerfile: 'ENV NODE_OPTIONS="--import @spanline/openai/register"\n',
      },
    ],
    [
      'wire capture, which records the calls of clients',
      {
        ...without("import { wrapOpenAI } from '@spanline/openai';\n"),
        Dockerfile: 'ENV NODE_OPTIONS="--import @spanline/wire"\n',
      },
    ],
    [
      'a log agent instead of metrics',
      {
        ...HEALTHY,
        'src/server.ts': SERVER.replaceAll(/metricsHandler|\/prometheus/g, ''),
        'deploy/filebeat.yml': 'filebeat.inputs:\n  - type: filestream\n',
      },
    ],
    [
      'a pipeline that checks the log',
      {
        ...HEALTHY,
        'src/server.ts': SERVER.replaceAll('createMonitor', 'other'),
        '.github/workflows/ci.yml': "- run: npx spanline check 'p95 < 2s' test.ndjson\n",
      },
    ],
    [
      'imports of types and in comments',
      {
        ...HEALTHY,
        'src/types.ts':
          "import type { Message } from '@langchain/core/messages';\n// import '@spanline/ship';\n/* require('llamaindex') */\n",
      },
    ],
    ['one copy that several packages link to', HEALTHY],
  ])('%s', async (_, files) => {
    expect((await examine(files)).names).toEqual([]);
  });

  it('alerts that are in the log already', async () => {
    const { names } = await examine(
      { ...HEALTHY, 'src/server.ts': SERVER.replaceAll('createMonitor', 'other') },
      { alerts: 1, scopes: [] },
    );
    expect(names).toEqual([]);
  });

  it('wire capture that only the log shows, because a command outside of the folder loads it', async () => {
    const files: Files = {
      'package.json': manifest({ dependencies: dependencies('openai') }),
      'app.ts': "import OpenAI from 'openai';\nnew OpenAI();\n",
    };
    const log = { alerts: 1, scopes: ['@opentelemetry/instrumentation-http', '@spanline/wire'] };
    const { names, pillars } = await examine(files, log);
    expect(names).toEqual(['no-dashboards']);
    expect(pillars.instrumentation).toEqual(['@spanline/wire']);
    expect((await examine(files)).names).toContain('no-instrumentation');
  });

  it('links to one copy', async () => {
    const folder = folderWith({ ...HEALTHY, 'node_modules/.pnpm/x/node_modules/x/package.json': '{}' });
    symlinkSync(join(folder, 'node_modules/@spanline'), join(folder, 'node_modules/.pnpm/x/node_modules/@spanline'));
    expect(examineApp(await readApp(folder, '--app')).findings).toEqual([]);
  });
});

it('refuses a folder without a package.json, or with a broken one', async () => {
  await expect(readApp(folderWith({}), '--app')).rejects.toThrow('--app');
  await expect(readApp(folderWith({ 'package.json': '{' }), '--app')).rejects.toThrow('package.json');
  await expect(readApp(folderWith({ 'package.json': '[]' }), '--app')).rejects.toThrow('package.json');
});

/** They write spans, but trace no framework: guards write their verdicts. */
const OTHERS: ReadonlySet<string> = new Set(['core', 'guards']);
/** The instrumentations of the repository: the other packages whose spans have a scope. */
const INSTRUMENTATIONS = readdirSync(PACKAGES_FOLDER)
  .filter((name) => !OTHERS.has(name) && existsSync(join(PACKAGES_FOLDER, name, 'src/scope.ts')))
  .map((name) => `@spanline/${name}`);

const loadedBy = (name: string): string => (name === '@spanline/wire' ? name : `${name}/register`);

it.each(INSTRUMENTATIONS)('knows that %s traces, from an import and from a command', async (name) => {
  const apps: Files[] = [
    { 'package.json': manifest({}), 'app.js': `import '${name}';` },
    { 'package.json': manifest({ scripts: { start: `node --import ${loadedBy(name)} app.js` } }) },
  ];
  for (const files of apps) {
    const app = await readApp(folderWith(files), '--app');
    expect([...tracingOf(app).keys()]).toEqual([name]);
  }
});
