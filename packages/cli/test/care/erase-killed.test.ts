import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, watch } from 'node:fs';
import { expect, it } from 'vitest';
import { MAIN } from '../support/cli.ts';
import { ADA, BEN, bytes, ODD_END, ODD_START, request, world } from '../support/erase.ts';

it('a run that is killed at any point leaves whole files, and the next one finishes', async () => {
  const files = 40;
  const kept = (index: number): Buffer => bytes(ODD_START, request(index * 2 + 1000, BEN), ODD_END);
  /** The line with the user is in one file, and the others of its traces are in another one. */
  const content = (index: number): Buffer => {
    const [first = '', app = '', root = ''] = request(index + 1, ADA).split(/(?<=\n)/);
    const [before] = index === 0 ? [''] : [request(index, ADA).split(/(?<=\n)/)[2] ?? ''];
    return bytes(
      before ?? '',
      ODD_START,
      first,
      request(index * 2 + 1000, BEN),
      app,
      index === files - 1 ? root : '',
      ODD_END,
    );
  };
  const names = Array.from({ length: files }, (_, index) => `app.${index}.ndjson`);
  const { path, erase, cwd } = world(Object.fromEntries(names.map((name, index) => [name, content(index)])));
  const old = names.map((_, index) => content(index));
  const env = { PATH: process.env['PATH'] ?? '', XDG_STATE_HOME: path('state'), XDG_CACHE_HOME: path('cache') };
  const isOld = (index: number): boolean =>
    readFileSync(path(`logs/${names[index]}`)).equals(old[index] ?? Buffer.alloc(0));
  let kills = 0;
  for (let target = 0; target < files; target += 10) {
    const child = spawn(process.execPath, [MAIN, 'erase', '--user', ADA, 'logs', '--yes'], { cwd, env });
    const closed = once(child, 'close');
    const kill = (): void => {
      if (child.kill('SIGKILL')) kills++;
    };
    // The new content is beside the file while it is written, then in its place.
    const watcher = watch(path('logs'), (_, name) => {
      if (name?.includes(`${names[target]}`) === true) kill();
    });
    if (!isOld(target)) kill();
    await closed;
    watcher.close();
    for (const index of names.keys()) {
      const now = readFileSync(path(`logs/${names[index]}`));
      expect(now.equals(kept(index)) || isOld(index)).toBe(true);
    }
  }
  expect(kills).toBeGreaterThan(0);
  await erase('--user', ADA, 'logs', '--yes');
  for (const [index, name] of names.entries()) expect(readFileSync(path(`logs/${name}`))).toEqual(kept(index));
  expect(readdirSync(path('logs')).toSorted()).toEqual(names.toSorted());
  expect(readdirSync(path('state/spanline'))).toEqual([]);
});
