import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogger, createTracer } from '../../src/index.ts';

const PACKAGES = new URL('../../../', import.meta.url);
const COMPILED = new URL('core/dist/', PACKAGES);
const CORE = JSON.stringify(new URL('index.js', COMPILED).href);

/** Runs a program; gives what it printed and the files of our packages that it loaded. */
function run(program: string, env: Record<string, string> = {}): { stdout: string; loaded: string[] } {
  const list = join(mkdtempSync(join(tmpdir(), 'spanline-')), 'loaded.txt');
  const hooks = `import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(list)}, url + '\\n');
      return next(url, context);
    }`;
  const asUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(asUrl(hooks))});`;
  const args = ['--import', asUrl(register), '--input-type=module'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...args, '-e', program], {
    cwd: COMPILED,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '0', LC_ALL: 'C.UTF-8', SPANLINE_PRETTY: '', ...env },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const loaded = readFileSync(list, 'utf8').split('\n');
  return {
    stdout,
    loaded: loaded.flatMap((url) => (url.startsWith(PACKAGES.href) ? url.slice(PACKAGES.href.length) : [])),
  };
}

const TRACE = `
  import { createTracer } from ${CORE};
  const tracer = createTracer({ statsIntervalSeconds: 0 });
  tracer.withSpan({ name: 'answer', type: 'chain' }, () => tracer.withSpan('step', () => tracer.logger.info('inside')));
`;

const TREE = /inside[^]*answer +chain[^]*└─ step +task/;

describe('the printer of traces', () => {
  it('is not loaded by a process that writes JSON', () => {
    const { stdout, loaded } = run(TRACE, { NODE_ENV: 'production' });
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(loaded).toContain('core/dist/index.js');
    expect(loaded.filter((file) => file.startsWith('pretty/'))).toEqual([]);
  });

  it('prints what was logged before it was loaded', () => {
    const { stdout, loaded } = run(TRACE, { SPANLINE_PRETTY: 'true' });
    expect(stdout).toMatch(TREE);
    expect(loaded).toContain('pretty/dist/index.js');
  });

  it('leaves JSON lines to a process that exits before it is loaded', () => {
    const { stdout } = run(`${TRACE} process.exit();`, { SPANLINE_PRETTY: 'true' });
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'inside',
      expect.stringMatching(/^step/),
      expect.stringMatching(/^answer/),
    ]);
  });

  it('prints an unfinished trace when the process exits', () => {
    const program = `${TRACE}
      await tracer.flush();
      const open = tracer.startSpan('open');
      tracer.withSpan({ name: 'inside open', parent: open }, () => {});
      process.exit();
    `;
    expect(run(program, { SPANLINE_PRETTY: 'true' }).stdout).toMatch(/open +task +.*\n.*└─ inside open +task/);
  });

  it('prints to the destination that was given, and has printed when a flush resolves', async () => {
    const printed: string[] = [];
    const file = join(mkdtempSync(join(tmpdir(), 'spanline-')), 'pretty.log');
    for (const destination of [file, { write: (text: string) => void printed.push(text) }]) {
      const tracer = createTracer({ logger: createLogger({ pretty: true }, destination), statsIntervalSeconds: 0 });
      tracer.withSpan({ name: 'answer', type: 'chain' }, () =>
        tracer.withSpan('step', () => tracer.logger.info('inside')),
      );
      await tracer.flush();
    }
    expect(printed.join('')).toMatch(TREE);
    expect(readFileSync(file, 'utf8')).toMatch(TREE);
  });
});
