import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { LineOptions, SinkSpec } from '@spanline/ship';
import { fail } from '../fail.ts';
import type { ShipOptions } from './options.ts';
import { targetFromConfig, targetsFromFlags } from './targets.ts';

/** Sources and targets of one run. */
export interface ShipConfig {
  readonly dir: string;
  readonly files: readonly string[];
  readonly lines: LineOptions;
  readonly to: readonly SinkSpec[];
}

/** Content of the configuration file. */
interface ConfigFile {
  dir?: string;
  files?: string[];
  lines?: LineOptions;
  to?: Record<string, unknown>[];
}

const SHAPE: Shape<ConfigFile> = {
  dir: option.string(),
  files: option.list(option.string(), 'an array of paths'),
  // `startShipper` checks it.
  lines: option.like<LineOptions>('an object', (value) => typeof value === 'object' && value !== null),
  to: option.list(option.dictionary(option.any())),
};
const DEFAULT_DIR = '.spanline';

function readConfig(path: string): ConfigFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The message of a JSON error quotes the file, which may contain keys.
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is not JSON';
    return fail('--config', `a JSON file (${reason})`);
  }
  checkOptions(SHAPE, value, '--config');
  return value;
}

/**
 * Combines the command line with the configuration file.
 * @throws SpanlineError `ERR_INVALID_OPTION`, which shows no key
 */
export async function resolveConfig(
  options: Pick<ShipOptions, 'dir' | 'config' | 'files' | 'to' | 'traces' | 'timeField' | 'text'>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ShipConfig> {
  const { config: path } = options;
  const config = path === undefined ? {} : readConfig(path);
  const folder = path === undefined ? '.' : dirname(path);
  const ofFlags = targetsFromFlags(options.to, options.traces, environment);
  const ofFile = await Promise.all((config.to ?? []).map((entry) => targetFromConfig(entry, folder)));
  return {
    dir: options.dir ?? config.dir ?? DEFAULT_DIR,
    files: [...options.files, ...(config.files ?? [])],
    lines: {
      ...config.lines,
      ...(options.timeField === undefined ? {} : { timeKey: options.timeField }),
      ...(options.text === undefined ? {} : { text: options.text }),
    },
    to: [...ofFlags, ...ofFile],
  };
}
