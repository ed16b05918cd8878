/** A real Chromium: the one of the system, or Debian's, which is installed once. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { setup as build } from '../../support/build.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the program; undefined where there is none and none could be installed. */
    chromium: string | undefined;
  }
}

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const installed = (): string | undefined => process.env['CHROMIUM'] ?? PLACES.find((path) => existsSync(path));

const apt = (...args: string[]): boolean =>
  spawnSync('apt-get', ['-q', '-y', ...args], {
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

function install(): string | undefined {
  const args = ['install', '--no-install-recommends', 'chromium'];
  if (!apt(...args)) {
    apt('update');
    apt(...args);
  }
  return installed();
}

/** Runs once, before every test. */
export function setup(project: TestProject): void {
  build();
  const program = installed() ?? install();
  if (program === undefined) console.log('SKIPPED: the viewer in a browser, because there is no Chromium');
  project.provide('chromium', program);
}
