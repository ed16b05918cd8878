import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/spanline-servers/', import.meta.url));
const DONE = '.fetched';
const LONGEST_MS = 600_000;

const execute = promisify(execFile);

/**
 * Runs a command to its end.
 *
 * @param env - beside that of this process
 * @returns what it wrote
 * @throws an error with the line that says what is wrong
 */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await execute(command, args, {
      env: { ...process.env, ...env },
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    });
    return `${stdout}\n${stderr}`;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    const lines = stripVTControlCharacters(`${stdout}\n${stderr}`).trim().split('\n');
    const said = lines.find((line) => line.includes('ERROR')) ?? lines.at(-1);
    throw new Error(`${command}: ${said || message}`, { cause: error });
  }
}

/** Folders on their way, of this process. */
const fetching = new Map<string, Promise<string | undefined>>();

/**
 * The folder of a server's files, filled by `install` when it is not there yet. The name holds the version.
 *
 * @returns undefined where it cannot be fetched (offline, or a tool is missing), after saying so in a line that begins with `SKIPPED`
 */
export function fetched(name: string, install: (folder: string) => Promise<void>): Promise<string | undefined> {
  const known = fetching.get(name) ?? fetchOnce(name, install);
  fetching.set(name, known);
  return known;
}

async function fetchOnce(name: string, install: (folder: string) => Promise<void>): Promise<string | undefined> {
  const folder = join(CACHE, name);
  if (existsSync(join(folder, DONE))) return folder;
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await install(folder);
    writeFileSync(join(folder, DONE), '');
    return folder;
  } catch (error) {
    console.warn(`SKIPPED ${name}, which cannot be fetched: ${(error as Error).message}`);
    return undefined;
  }
}
