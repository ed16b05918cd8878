import fs, { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDeadLetters } from '../src/engine/dead-letters.ts';

const CALLS = ['openSync', 'writeSync', 'fsyncSync', 'fstatSync', 'statSync', 'closeSync'] as const;

/** Runs `act` before the n-th of these calls to the file system from now on. @returns stops it */
function before(n: number, act: () => void): () => number {
  let calls = 0;
  const originals = CALLS.map((name) => [name, fs[name]] as const);
  const restore = (): void => {
    Object.assign(fs, Object.fromEntries(originals));
    syncBuiltinESMExports();
  };
  for (const [name, original] of originals) {
    Object.assign(fs, {
      [name]: (...args: never[]): unknown => {
        if (calls++ === n) act();
        return Reflect.apply(original, fs, args) as unknown;
      },
    });
  }
  syncBuiltinESMExports();
  return () => {
    restore();
    return calls;
  };
}

it('a letter is not lost if the letters are moved and read between any two calls to the file system', () => {
  for (let n = 0, isDone = false; !isDone; n++) {
    const folder = mkdtempSync(join(tmpdir(), 'spanline-letters-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'dead-letter', 'es.ndjson');
    const aside = join(folder, 'aside');
    let taken = '';
    const stop = before(n, () => {
      if (!existsSync(path)) return;
      renameSync(path, aside);
      taken = readFileSync(aside, 'utf8');
    });
    const entry = { source: 'files', file: 'app.log', offset: 7, line: '{"message":"refused"}' };
    openDeadLetters(folder, 'es', () => undefined).put([{ entry: entry as never, reason: 'mapping' }]);
    isDone = stop() <= n;
    const left = existsSync(path) ? readFileSync(path, 'utf8') : '';
    expect(`${taken}${left}`, `before call ${n}`).toContain('refused');
  }
});
