import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { median } from './harness.ts';
import { absolute, type Row } from './rows.ts';

const ROUNDS = 11;
/** `import '@spanline/core'` may take this many times as long as `import 'pino'`, and this much more. */
const FACTOR = 1.3;
const MORE_MS = 20;

/** CPU milliseconds of a program, in a process of its own. */
function programMs(program: string): number {
  const timed = `
    const before = process.cpuUsage();
    ${program}
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);`;
  const args = ['--experimental-vm-modules', '--no-warnings', '--input-type=module', '-e', timed];
  return Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
}

const importing = (specifiers: readonly string[]): string =>
  specifiers.map((specifier) => `await import(${JSON.stringify(import.meta.resolve(specifier))});`).join('\n');

/** Files of our packages that an entry imports, also indirectly, and modules of Node. */
function imported(entry: string): { files: Set<string>; builtIn: Set<string> } {
  const files = new Set([entry]);
  const builtIn = new Set<string>();
  for (const file of files) {
    const specifiers = readFileSync(new URL(file), 'utf8').matchAll(
      /^(?:import|\} from) ?(?:[^"']* from )?["']([^"']+)["'];$/gm,
    );
    for (const [, specifier = ''] of specifiers) {
      if (specifier.startsWith('node:')) builtIn.add(specifier);
      else if (specifier.startsWith('.')) files.add(new URL(specifier, file).href);
      else if (specifier.startsWith('@spanline/')) files.add(import.meta.resolve(specifier));
    }
  }
  return { files, builtIn };
}

const compiling = (files: Iterable<string>): string => `
  const { readFileSync } = await import('node:fs');
  const { SourceTextModule } = await import('node:vm');
  for (const file of ${JSON.stringify([...files])}) new SourceTextModule(readFileSync(new URL(file), 'utf8'));`;

/** How long a process takes to load the tracer, and its parts. */
export function startUpRows(): Promise<Row[]> {
  const { files, builtIn } = imported(import.meta.resolve('@spanline/core'));
  const others = importing(['pino', ...builtIn]);
  const programs = {
    pino: importing(['pino']),
    others,
    compiled: others + compiling(files),
    core: importing(['@spanline/core']),
  };
  const names = Object.keys(programs) as (keyof typeof programs)[];
  const samples = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of names) {
      const ms = programMs(programs[name]);
      if (round >= 0) samples.get(name)?.push(ms);
    }
  }
  const msOf = (name: keyof typeof programs): number => median(samples.get(name) ?? []);
  const [core, peer] = [msOf('core'), msOf('pino')];
  const part = (what: string, name: keyof typeof programs): Row => ({
    ...absolute(what, { limit: Number.POSITIVE_INFINITY, unit: 'ms', measured: msOf(name) }, ''),
    budget: '',
  });
  return Promise.resolve([
    absolute(
      "import '@spanline/core', beyond 1.3 × import 'pino'",
      { limit: MORE_MS, unit: 'ms', measured: core - FACTOR * peer },
      `${core.toFixed(1)} ms / ${peer.toFixed(1)} ms (pino), CPU`,
    ),
    part("  - import 'pino' and the modules of Node", 'others'),
    part('  - and the files of core, compiled and not run', 'compiled'),
    part('  - and run', 'core'),
  ]);
}
