import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogger, createTracer, parseLine, type SpanlineError } from '@spanline/core';
import { elasticsearch, file, spool, type Spool, type SpoolOptions, startShipper } from '@spanline/ship';
import { saveCheckpoint } from '../src/state/checkpoint.ts';
import { ship } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { receiver } from './support/receiver.ts';

const open: Spool[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const spooled of open.splice(0)) await spooled.close(0);
});

function openSpool(options: Omit<SpoolOptions, 'dir'> = {}): { spooled: Spool; dir: string } {
  const dir = temporaryFolder();
  const spooled = spool({ dir, ...options });
  open.push(spooled);
  return { spooled, dir };
}

function linesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1));
}

const numbered = (spooled: Spool): number[] =>
  linesIn(spooled.file).flatMap((line) => {
    const { n } = JSON.parse(line) as { n?: number };
    return n === undefined ? [] : [n];
  });

const losses = (spooled: Spool): number =>
  linesIn(spooled.file)
    .map((line) => (JSON.parse(line) as Record<string, number>)['spanline.ship.lost_lines'] ?? 0)
    .reduce((sum, lost) => sum + lost, 0);

const line = (n: number): string => `${JSON.stringify({ n, text: 'x'.repeat(200) })}\n`;

describe('a spool', () => {
  it('holds a line when the log call has returned', () => {
    const { spooled } = openSpool();
    const logger = pino(spooled);
    logger.info('found');
    expect(linesIn(spooled.file).map((text) => parseLine(text)?.record.message)).toEqual(['found']);
    expect(spooled.stats()).toMatchObject({ writtenLines: 1, droppedLines: 0, failedLines: 0 });
  });

  it('is a destination of the tracer that bears long lines, and can be flushed', async () => {
    const { spooled } = openSpool();
    const tracer = createTracer({
      logger: createLogger({}, spooled),
      capture: 'full',
      statsIntervalSeconds: 0,
    });
    tracer.startSpan({ name: 'chat', type: 'llm' }).input('x'.repeat(40_000)).end();
    await tracer.flush();
    const [written = ''] = linesIn(spooled.file);
    expect(parseLine(written)?.kind).toBe('span');
    expect(written.length).toBeGreaterThan(40_000);
  });

  it('lets nobody else read what users said', () => {
    const { spooled, dir } = openSpool({ segmentBytes: 4096 });
    for (let n = 0; n < 50; n++) spooled.write(line(n));
    const files = readdirSync(spooled.file).map((name) => join(spooled.file, name));
    expect(files.length).toBeGreaterThan(2);
    expect(files.map((path) => statSync(path).mode & 0o777)).toEqual(files.map(() => 0o600));
    expect(statSync(spooled.file).mode & 0o777).toBe(0o700);
    expect(statSync(dir).mode & 0o077).toBe(0);
  });

  it('keeps every line whole and in order over segments, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 3000 }), { maxLength: 40 }), (texts) => {
        const { spooled } = openSpool({ segmentBytes: 4096 });
        for (const text of texts) spooled.write(`${JSON.stringify({ text })}\n`);
        expect(linesIn(spooled.file).map((written) => (JSON.parse(written) as { text: string }).text)).toEqual(texts);
      }),
      { numRuns: 30 },
    );
  });

  it('ends a line that has no newline', () => {
    const { spooled } = openSpool();
    spooled.write('{"n":1}');
    spooled.write('{"n":2}');
    expect(numbered(spooled)).toEqual([1, 2]);
  });

  it('counts what is written after its end, and says it to nobody by throwing', async () => {
    const { spooled } = openSpool();
    await spooled.close(0);
    expect(spooled.write(line(1))).toBe(true);
    expect(spooled.stats().failedLines).toBe(1);
  });

  it('goes on in a new folder when somebody deletes it', async () => {
    const { spooled } = openSpool({ segmentBytes: 4096 });
    rmSync(spooled.file, { recursive: true });
    for (let n = 0; n < 60; n++) spooled.write(line(n));
    expect(existsSync(spooled.file)).toBe(true);
    expect(numbered(spooled).at(-1)).toBe(59);
    await spooled.close(0);
  });

  it.each([
    [{ dir: '' }, 'dir'],
    [{ dir: 'x', maxBytes: 10 }, 'maxBytes'],
    [{ dir: 'x', whenFull: 'explode' }, 'whenFull'],
    [{ dir: 'x', to: [{}] }, 'to[0]'],
    [{ dir: 'x', size: 1 }, 'size'],
  ])('refuses %j at the start', (options, option) => {
    expect(() => spool(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', option }) as SpanlineError,
    );
  });
});

describe('a folder that cannot be made', () => {
  const to = [file({ path: 'unused' })];
  const places = ['/proc/spanline', join(import.meta.filename, 'spool')];

  it.each(places)('is refused at the start: %s', (dir) => {
    const refusal = expect.objectContaining({ code: 'ERR_SPOOL', option: 'dir' }) as SpanlineError;
    expect(() => spool({ dir, to })).toThrow(refusal);
    expect(() => startShipper({ dir, to })).toThrow(refusal);
  });
});

describe('a full spool', () => {
  const FULL = { maxBytes: 32_768, segmentBytes: 4096 };

  it('drops the oldest lines, counts them, and says so in a line', () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { spooled } = openSpool({ ...FULL, whenFull: 'drop-oldest' });
    for (let n = 0; n < 1000; n++) spooled.write(line(n));
    const kept = numbered(spooled);
    expect(kept.at(-1)).toBe(999);
    expect(kept.length + spooled.stats().droppedLines).toBeGreaterThanOrEqual(1000);
    expect(spooled.stats().droppedLines - (1000 - kept.length)).toBeLessThanOrEqual(2);
    expect(linesIn(spooled.file).join('\n').length).toBeLessThan(FULL.maxBytes + FULL.segmentBytes);
  });

  it('does not count as dropped what every sink has stored', () => {
    const { spooled } = openSpool({ ...FULL, whenFull: 'drop-oldest' });
    for (let n = 0; n < 100; n++) spooled.write(line(n));
    const last = readdirSync(spooled.file)
      .filter((name) => name.endsWith('.ndjson'))
      .toSorted()
      .at(-1);
    saveCheckpoint(spooled.file, 'elasticsearch', { file: last ?? '', offset: 0 });
    for (let n = 100; spooled.stats().droppedLines === 0 && n < 200; n++) spooled.write(line(n));
    expect(numbered(spooled)[0]).toBeGreaterThan(0);
    expect(spooled.stats().droppedLines).toBe(0);
  });

  it('counts as dropped what one sink has stored and another has not', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const dir = temporaryFolder();
    const down = await receiver(() => ({ status: 503 }));
    const first = spool({ dir, ...FULL });
    for (let n = 0; n < 100; n++) first.write(line(n));
    await first.close(0);
    const { engine } = ship(dir, file({ path: join(dir, 'out') }), elasticsearch({ url: down.url }));
    await expect.poll(() => engine.stats()['file']?.stored).toBe(100);
    await engine.stop(0);
    const second = spool({ dir, ...FULL });
    open.push(second);
    for (let n = 100; linesIn(first.file).length === 100; n++) second.write(line(n));
    expect(second.stats().droppedLines).toBe(100 - linesIn(first.file).length);
  });

  it('drops new lines where that was asked for, and counts each', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { spooled } = openSpool({ ...FULL, whenFull: 'drop-new' });
    for (let n = 0; n < 1000; n++) spooled.write(line(n));
    const kept = numbered(spooled);
    expect(kept).toEqual(kept.map((_, index) => index));
    expect(spooled.stats()).toMatchObject({ droppedLines: 1000 - kept.length });
    await spooled.close(0);
  });

  it('makes room of what a process left that is gone', () => {
    const dir = temporaryFolder();
    const first = spool({ dir, ...FULL });
    for (let n = 0; n < 100; n++) first.write(line(n));
    void first.close(0);
    const second = spool({ dir, ...FULL });
    open.push(second);
    for (let n = 100; n < 220; n++) second.write(line(n));
    expect(numbered(second).at(-1)).toBe(219);
    expect(linesIn(first.file).length).toBeLessThan(100);
    expect(losses(second)).toBeGreaterThan(0);
  });
});
