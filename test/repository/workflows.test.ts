import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const BUILT_IN = ['install', 'version', 'publish', 'change'];

interface Workflow {
  readonly jobs: Record<string, { strategy?: { matrix: { node: number[] } }; steps: { run?: string }[] }>;
}

const { scripts, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};
const folder = join(ROOT, '.github/workflows');
const workflows = readdirSync(folder).map(
  (name) => [name, parse(readFileSync(join(folder, name), 'utf8')) as Workflow] as const,
);

describe.each(workflows)('%s', (_name, { jobs }) => {
  it('runs scripts that exist', () => {
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    for (const command of commands) {
      const [, script] = /^pnpm ([\w:]+)/.exec(command) ?? [];
      if (script !== undefined) expect([...BUILT_IN, ...Object.keys(scripts)]).toContain(script);
    }
  });
});

it('the oldest Node version that is supported is tested, in the workflow and by `pnpm test:matrix`', () => {
  const oldest = /\d+/.exec(engines.node)?.[0];
  const [, ci] = workflows.find(([name]) => name === 'ci.yml') ?? [];
  const versions = ci?.jobs['test']?.strategy?.matrix.node.map(String) ?? [];
  expect(versions[0]).toBe(oldest);
  expect(scripts['test:matrix']).toContain(` ${versions.join(' ')} `);
});
