/**
 * A shipper as a machine that stops at each of its calls to the file system. A call belongs to the life of the shipper
 * in whose asynchronous context it is made. Before a call, the world outside may change, or the shipper may die: the
 * calls of a dead one do nothing.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

/** One life of a shipper. */
export interface Life {
  readonly isDead: boolean;
  /** Name of the host on which it is. */
  readonly host: string;
  /** Starts something that belongs to this life. */
  run<T>(start: () => T): T;
  /** Makes a step that is no call to the file system. @returns false if the shipper has died */
  step(name: string): boolean;
  kill(): void;
}

const CALLS = [
  'closeSync',
  'createReadStream',
  'createWriteStream',
  'existsSync',
  'fstatSync',
  'ftruncateSync',
  'mkdirSync',
  'openSync',
  'readdirSync',
  'readFileSync',
  'readSync',
  'renameSync',
  'rmSync',
  'statSync',
  'utimesSync',
  'writeFileSync',
  'writeSync',
] as const;

const lives = new AsyncLocalStorage<Life>();

/**
 * Starts a life.
 *
 * @param host - name of its host
 * @param before - called before each step with its name; it may kill the shipper
 */
export function startLife(host: string, before: (step: string) => void): Life {
  let isDead = false;
  const life: Life = {
    host,
    get isDead() {
      return isDead;
    },
    run: (start) => lives.run(life, start),
    step(name) {
      // The world outside uses the file system as well.
      if (!isDead) lives.exit(() => before(name));
      return !isDead;
    },
    kill() {
      isDead = true;
    },
  };
  return life;
}

/** Counts and stops the calls of all lives until the function that it returns is called. */
export function watchCalls(): () => void {
  const originals = CALLS.map((name) => [name, fs[name]] as const);
  for (const [name, original] of originals) {
    Object.assign(fs, {
      [name]: (...args: never[]): unknown => {
        const life = lives.getStore();
        // The system closes the files of a process that died.
        if (life?.step(`${name} ${String(args[0])}`) === false && name !== 'closeSync') {
          throw Object.assign(new Error('the shipper was killed'), { code: 'EKILLED' });
        }
        return Reflect.apply(original, fs, args) as unknown;
      },
    });
  }
  const { hostname } = os;
  Object.assign(os, { hostname: () => lives.getStore()?.host ?? hostname() });
  // The disk keeps what was written: the power stays on.
  const { fsyncSync } = fs;
  Object.assign(fs, { fsyncSync: () => {} });
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, Object.fromEntries(originals), { fsyncSync });
    Object.assign(os, { hostname });
    syncBuiltinESMExports();
  };
}
