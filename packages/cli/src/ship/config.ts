import { readFileSync } from 'node:fs';
import type { SinkSpec } from '@spanline/ship';
import { fail } from './fail.ts';
import type { ShipOptions } from './options.ts';
import { makeTarget, parseTarget } from './targets.ts';

/** What to ship where. */
export interface ShipConfig {
  readonly dir: string;
  readonly files: readonly string[];
  readonly to: readonly SinkSpec[];
}

const KNOWN: readonly string[] = ['dir', 'files', 'to'];
const DEFAULT_DIR = '.spanline';

function readConfig(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The message of a JSON error quotes the file, which may hold keys.
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is no JSON';
    return fail('--config', `a file of JSON (${reason})`);
  }
  if (typeof value !== 'object' || value === null) return fail('--config', 'a JSON object');
  for (const key of Object.keys(value)) {
    if (!KNOWN.includes(key)) fail(`--config ${key}`, `one of ${KNOWN.join(', ')}`);
  }
  return value as Record<string, unknown>;
}

function targetsOf(value: unknown): SinkSpec[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return fail('--config to', 'an array');
  return value.map((entry) => {
    const { type, ...options } = (typeof entry === 'object' ? entry : {}) as Record<string, unknown>;
    return makeTarget(type, options);
  });
}

function filesOf(value: unknown): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    return fail('--config files', 'an array of paths');
  }
  return value;
}

/** The command line over the configuration file. @throws an error whose message says what is wrong, and shows no key */
export function resolveConfig(
  options: ShipOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ShipConfig {
  const config = options.config === undefined ? {} : readConfig(options.config);
  const dir = options.dir ?? config['dir'] ?? DEFAULT_DIR;
  if (typeof dir !== 'string') return fail('--config dir', 'the path of a folder');
  const to = [...options.to.map((text) => parseTarget(text, environment)), ...targetsOf(config['to'])];
  return { dir, files: [...options.files, ...filesOf(config['files'])], to };
}
