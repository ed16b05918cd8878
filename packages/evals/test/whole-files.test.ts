/** Files of datasets and baselines, when the disk is full in the middle of them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { dataset } from '@spanline/evals';

/** Writes a dataset of 100 kB, where no file may have more than 8 kB. */
const PROGRAM = `
  import { dataset } from '@spanline/evals';
  const items = Array.from({ length: 1000 }, (_, at) => ({ id: 'n' + at, input: 'x'.repeat(80) }));
  await dataset.of(items).write(process.argv[1]).catch(({ code }) => console.log(code));
`;

it.skipIf(process.platform === 'win32')('a dataset that does not fit leaves the file that was there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-whole-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'set.ndjson');
  const before = dataset.of([{ id: 'a', input: 'before' }]);
  await before.write(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const limited = 'ulimit -f 8 && exec "$0" --input-type=module --eval "$1" "$2"';
  const args = ['-c', limited, process.execPath, PROGRAM, path];
  const { stdout } = await promisify(execFile)('bash', args, { cwd: import.meta.dirname });
  expect(stdout).toBe('EFBIG\n');
  expect(readdirSync(folder)).toEqual(['set.ndjson']);
  expect(readFileSync(path, 'utf8')).toBe(before.toNdjson());
});
