import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const CLI = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const PLACES = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'];
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
/** Clock ticks of a second in `/proc`. */
const TICKS = 100;

/** `spanline view` in a process of its own. */
export interface ViewerProcess {
  readonly url: string;
  /** CPU milliseconds of the process so far. */
  cpuMs(): number;
  stop(): Promise<void>;
}

/** Starts the command, and waits for its address. @param cacheDir - where index files go */
export async function startViewerProcess(source: string, cacheDir: string): Promise<ViewerProcess> {
  const child: ChildProcess = spawn(process.execPath, [CLI, 'view', source, '--no-open'], {
    env: { ...process.env, XDG_CACHE_HOME: cacheDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [url] = (await once(lines, 'line')) as [string];
  return {
    url,
    cpuMs() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
    },
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** A Chromium that draws in software. */
export interface Browser {
  readonly page: Page;
  close(): Promise<void>;
}

/** @throws where there is no Chromium */
export async function startBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined) throw new Error('there is no Chromium: install it, or name it in CHROMIUM');
  const profile = mkdtempSync(join(tmpdir(), 'spanline-chromium-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: ARGS,
    viewport: { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(300_000);
  return {
    page: context.pages()[0] ?? (await context.newPage()),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
