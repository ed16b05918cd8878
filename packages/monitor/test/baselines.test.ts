import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Baselines } from '../src/evaluation/baselines.ts';
import { MemoryFile } from '../src/evaluation/memory-file.ts';

const HOUR = 3_600_000;
const WEEK = 168 * HOUR;
const MONDAY_10 = Date.parse('2026-03-30T10:00:00Z');
const MONDAY_03 = Date.parse('2026-03-30T03:00:00Z');

function learned(): Baselines {
  const baselines = new Baselines();
  for (let index = 0; index < 12; index++) baselines.learn('r', MONDAY_10 + index * 60_000, 100 + index);
  return baselines;
}

describe('a baseline', () => {
  it('is unknown until twelve values have been learned', () => {
    const baselines = new Baselines();
    for (let index = 0; index < 11; index++) baselines.learn('r', MONDAY_10, 100);
    expect(baselines.get('r', MONDAY_10)).toBeUndefined();
    baselines.learn('r', MONDAY_10, 100);
    expect(baselines.get('r', MONDAY_10)).toEqual({ median: 100, deviation: 1, values: 8 });
    expect(baselines.get('other', MONDAY_10)).toBeUndefined();
  });

  it('is that of the hour of the week if enough values are known, else that of all hours', () => {
    const baselines = new Baselines();
    for (let week = 0; week < 6; week++) {
      baselines.learn('r', MONDAY_10 + week * WEEK, 1000);
      baselines.learn('r', MONDAY_03 + week * WEEK, 10);
      baselines.learn('r', MONDAY_03 + week * WEEK + 24 * HOUR, 10);
    }
    expect(baselines.get('r', MONDAY_10 + 9 * WEEK)?.median).toBe(1000);
    expect(baselines.get('r', MONDAY_03 + 9 * WEEK)?.median).toBe(10);
    expect(baselines.get('r', MONDAY_10 + 5 * HOUR)?.median).toBe(10);
  });

  it('is robust against a few outliers', () => {
    const baselines = learned();
    baselines.learn('r', MONDAY_10, 1e9);
    baselines.learn('r', MONDAY_10, Number.NaN);
    expect(baselines.get('r', MONDAY_10)?.median).toBeLessThan(112);
  });

  it('follows a lasting change', () => {
    const baselines = learned();
    for (let index = 0; index < 8; index++) baselines.learn('r', MONDAY_10, 150);
    expect(baselines.get('r', MONDAY_10)?.median).toBe(150);
  });

  it('is bounded', () => {
    const baselines = new Baselines();
    for (let index = 0; index < 5000; index++) baselines.learn(`step ${index}`, MONDAY_10, 1);
    for (let index = 0; index < 5000; index++) baselines.learn('step 0', MONDAY_10 + index * HOUR, 1);
    expect(JSON.stringify(baselines).length).toBeLessThan(250_000);
  });
});

describe('the memory file', () => {
  let folder: string;
  let path: string;
  let warnings: string[];
  const open = (baselines: Baselines) => new MemoryFile(path, baselines, (message) => warnings.push(message));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanline-memory-'));
    path = join(folder, 'deep', 'memory.json');
    warnings = [];
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('restores baselines, and is readable by its owner only', async () => {
    await open(learned()).save();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path))).toEqual(['memory.json']);
    const again = new Baselines();
    open(again);
    expect(again.get('r', MONDAY_10)).toEqual(learned().get('r', MONDAY_10));
    expect(warnings).toEqual([]);
  });

  it.each([
    ['{"version":1,"series":{"r":{"overall":["x"],"hours":{}}}}'],
    ['{"version":1,"series":{"r":null}}'],
    ['{"version":2}'],
    ['null'],
    ['{"ver'],
    [''],
  ])('with the content %s is reported and replaced', async (text) => {
    await open(new Baselines()).save();
    writeFileSync(path, text);
    const baselines = new Baselines();
    const file = open(baselines);
    expect(warnings).toHaveLength(1);
    expect(baselines.get('r', MONDAY_10)).toBeUndefined();
    await file.save();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: 1, series: {} });
  });

  it('that cannot be written is reported, at most once a minute', async () => {
    const file = new MemoryFile(join(folder, 'plain', 'memory.json'), new Baselines(), (message) =>
      warnings.push(message),
    );
    warnings.length = 0;
    writeFileSync(join(folder, 'plain'), '');
    for (const at of [0, 1000, 59_000]) file.saveSometimes(MONDAY_10 + at);
    await file.save();
    expect(warnings).toHaveLength(2);
    file.saveSometimes(MONDAY_10 + 60_000);
    await file.save();
    expect(warnings).toHaveLength(4);
  });
});
