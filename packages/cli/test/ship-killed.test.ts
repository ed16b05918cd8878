/** `spanline ship`, killed at random while a log is written and rotated at random. For `pnpm test:long`. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { createIndex } from '../../ship/test/support/elastic.ts';
import { startReceiver } from '../../ship/test/support/receiver.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const IS_LONG = process.env['SPANLINE_LONG'] === '1';
const WORLDS = 3;
const KILLS = 10;

const atMost = (most: number): number => Math.floor(Math.random() * (most + 1));

/** A log that a program writes behind a link, and rotates in every way. */
function createLog(folder: string): { path: string; write(lines: number): void; rotate(isRead: boolean): string } {
  const path = join(folder, 'app.log');
  let written = 0;
  let files = 0;
  const nextName = (): string => `${path}.${++files}`;
  const rotations: Record<string, () => void> = {
    rename: () => renameSync(path, nextName()),
    compress() {
      const to = nextName();
      renameSync(path, to);
      writeFileSync(`${to}.gz`, gzipSync(readFileSync(to)));
      rmSync(to);
    },
    'copy and cut'() {
      copyFileSync(path, nextName());
      truncateSync(path);
    },
    'move the link'() {
      renameSync(path, nextName());
      symlinkSync(nextName(), path);
    },
    'delete and begin anew': () => rmSync(path),
  };
  return {
    path,
    write(lines) {
      const text = Array.from({ length: lines }, () => `{"n":${written++},"msg":"${'x'.repeat(300)}"}\n`);
      appendFileSync(path, text.join(''));
    },
    rotate(isRead) {
      const names = Object.keys(rotations).filter((name) => isRead || name !== 'delete and begin anew');
      const name = names[atMost(names.length - 1)] ?? '';
      rotations[name]?.();
      return name;
    },
  };
}

async function runWorld(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-ship-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const index = createIndex();
  const target = await startReceiver((request) => {
    const reply = index.bulk(request);
    return atMost(4) === 0 ? undefined : reply;
  });
  onTestFinished(() => target.close());
  const log = createLog(folder);
  const events: string[] = [];
  let written = 0;
  const write = (lines: number): void => {
    log.write(lines);
    written += lines;
  };
  const start = (): ChildProcess => {
    const args = ['ship', log.path, '--dir', join(folder, 'state'), '--to', `elasticsearch=${target.url}`];
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: HERE, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const stored = (): number => index.documents.size;
  const numbers = (): number[] => [...index.documents.values()].map(({ n }) => Number(n));

  for (let kill = 0; kill < KILLS; kill++) {
    write(1 + atMost(300));
    const child = start();
    // A file that appears and is rotated away between two looks is missed: the shipper must have found this one.
    await target.until(() => stored() === written);
    for (let left = atMost(2); left >= 0; left--) {
      write(1 + atMost(300));
      if (atMost(1) === 0) await target.until(() => stored() === written);
      events.push(log.rotate(stored() === written));
      write(1 + atMost(300));
      const some = stored() + atMost(written - stored());
      if (left > 0) await target.until(() => stored() === written);
      else await target.until(() => stored() >= some);
    }
    child.kill('SIGKILL');
    await once(child, 'close');
    events.push('kill');
    if (atMost(1) === 0) continue;
    write(1 + atMost(300));
    events.push(log.rotate(false));
  }
  write(1);
  const last = start();
  await target.until(() => stored() >= written);
  last.kill('SIGTERM');
  expect(await once(last, 'close')).toEqual([0, null]);
  expect(
    numbers().toSorted((a, b) => a - b),
    events.join(', '),
  ).toEqual(Array.from({ length: written }, (_, n) => n));
}

it.runIf(IS_LONG)('loses nothing and repeats nothing, whatever was rotated and wherever it was killed', async () => {
  await Promise.all(Array.from({ length: WORLDS }, () => runWorld()));
});
