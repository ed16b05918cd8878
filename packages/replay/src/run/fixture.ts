/** The recorded lines of a test, in a file. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type AttributeKey, SpanlineError, type SpanRecord } from '@spanline/record';

const pathOf = (file: string | URL): string => (typeof file === 'string' ? file : fileURLToPath(file));

/** Reads the lines. @throws SpanlineError `ERR_INVALID_RECORDING` for a file that cannot be read */
export function readFixture(file: string | URL): string[] {
  try {
    return readFileSync(pathOf(file), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (cause) {
    const problem = `${pathOf(file)} cannot be read; spanline make-test writes such a file`;
    throw new SpanlineError({ code: 'ERR_INVALID_RECORDING', problem, cause });
  }
}

/** Facts of the machine and of the caller, which have no place in a repository. */
const LEFT_OUT: readonly AttributeKey[] = [
  'host.name',
  'process.pid',
  'client.address',
  'user_agent.original',
  'error.stack',
];

/** A record as a line of a fixture. */
export function fixtureLine(record: SpanRecord): string {
  const line: Record<string, unknown> = { ...record };
  for (const key of LEFT_OUT) delete line[key];
  return `${JSON.stringify(line)}\n`;
}

/** Writes the lines, whole or not at all. */
export function writeFixture(file: string | URL, records: readonly SpanRecord[]): void {
  const path = pathOf(file);
  writeFileSync(`${path}.tmp`, records.map(fixtureLine).join(''));
  renameSync(`${path}.tmp`, path);
}
