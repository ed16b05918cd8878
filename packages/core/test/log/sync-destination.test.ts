import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLogger, SpanlineError } from '../../src/index.ts';
import { strictParse } from './strict-json.ts';

const folder = mkdtempSync(join(tmpdir(), 'spanline-'));
const file = join(folder, 'app.log');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CORE = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);

/** Runs a program, through bash where `shell` has something to say before it. */
function start(program: string, shell = '') {
  const node = [process.execPath, '--input-type=module', '-e', program];
  const [command = '', ...args] = shell === '' ? node : ['bash', '-c', `${shell}\nexec "$@"`, 'bash', ...node];
  return spawn(command, args, { cwd: new URL('../..', import.meta.url), stdio: 'pipe' });
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** The line of JSON among what Node itself reports. */
function reported(text: string): Record<string, unknown> {
  return strictParse(text.split('\n').find((line) => line.startsWith('{')) ?? '');
}

describe('a file or descriptor', () => {
  it('holds each line, however long, when the call returns', () => {
    const logger = createLogger({}, file);
    const texts = ['ascii', 'Grüße, 世界 🌍', 'ä'.repeat(40_000), 'x'.repeat(200_000), ''];
    for (const [index, text] of texts.entries()) {
      logger.info({ text }, 'line');
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      expect(lines.map((line) => strictParse(line)['text'])).toEqual(texts.slice(0, index + 1));
    }
  });

  it.each([
    ['a folder', folder, 'EISDIR'],
    ['a file in a folder that is not there', join(folder, 'none', 'app.log'), 'ENOENT'],
    ['a descriptor that is not open', 9999, 'EBADF'],
  ])('is refused where it is %s', (_what, destination, code) => {
    expect(() => createLogger({}, destination)).toThrow(SpanlineError);
    expect(() => createLogger({}, destination)).toThrow(new RegExp(`destination.*${code}`));
  });

  it('that is a pipe which is read slowly gets every line, whole', async () => {
    const child = start(`
      import { createLogger } from ${CORE};
      process.stdout._handle?.setBlocking?.(false);
      const logger = createLogger({}, 1);
      process.stderr.write('ready');
      for (let index = 0; index < 300; index++) logger.info({ index, text: 'ä'.repeat(3000) }, 'line');
    `);
    await once(child.stderr, 'data');
    const [text, [code]] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
    expect(code).toBe(0);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => strictParse(line));
    expect(lines.map((line) => line['index'])).toEqual(Array.from({ length: 300 }, (_, index) => index));
    expect(lines.every((line) => line['text'] === 'ä'.repeat(3000))).toBe(true);
  });

  it('that is a pipe whose reader is gone harms nobody, and the loss is counted', async () => {
    const child = start(`
      import { createLogger, createTracer } from ${CORE};
      const logger = createLogger({}, 1);
      const tracer = createTracer({ logger, statsIntervalSeconds: 0 });
      tracer.withSpan('first', () => {});
      await new Promise((resolve) => process.stdin.once('end', resolve).resume());
      logger.info('nobody reads this');
      for (let index = 0; index < 3; index++) tracer.withSpan('step', () => {});
      const { emitted, internalErrors } = tracer.stats();
      console.error(JSON.stringify({ emitted, internalErrors }));
    `);
    const errors = textOf(child.stderr);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child.stdout, 'close');
    child.stdin.end();
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(reported(await errors)).toEqual({ emitted: 1, internalErrors: 3 });
  });

  it.runIf(process.platform === 'linux')(
    'that takes no more is tried again with the next line, which stands by itself',
    async () => {
      const path = join(folder, 'full.log');
      const child = start(
        `
      import { statSync, truncateSync } from 'node:fs';
      import { createLogger, createTracer } from ${CORE};
      const path = ${JSON.stringify(path)};
      const tracer = createTracer({ logger: createLogger({}, path), statsIntervalSeconds: 0 });
      while (tracer.stats().internalErrors === 0) tracer.withSpan('full', () => {});
      const torn = statSync(path).size;
      tracer.withSpan('still full', () => {});
      truncateSync(path, torn - 1000);
      tracer.withSpan('room', () => {});
      console.error(JSON.stringify({ torn, internalErrors: tracer.stats().internalErrors }));
    `,
        `trap '' XFSZ; ulimit -f 20`,
      );
      const [errors, [code]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
      expect(code).toBe(0);
      expect(reported(errors)).toEqual({ torn: 20 * 1024, internalErrors: 2 });
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      expect(lines.length).toBeGreaterThan(10);
      const names = lines
        .filter((_, index) => index !== lines.length - 2)
        .map((line) => strictParse(line)['span.name']);
      expect(new Set(names)).toEqual(new Set(['full', 'room']));
      expect(() => strictParse(lines.at(-2) ?? '')).toThrow();
    },
  );
});
