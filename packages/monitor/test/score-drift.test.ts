import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { randomNumbers } from '@spanline/record/statistics';
import { type AlertRule, backtest, CATALOG, check, learnBaselines } from '../src/index.ts';
import { ScoreCounts } from '../src/metrics/score-counts.ts';
import { scoreDrift } from '../src/metrics/score-drift.ts';
import { createWorld, MINUTE, type World } from './world.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const RULE: AlertRule = { ...CATALOG.scoreDrift('faithfulness'), windowMinutes: 15, recoverAfterMinutes: 0 };

/** Scores around a mean, from a fixed seed. */
function scorer(seed = 1): (world: World, mean: number, count?: number) => void {
  const random = randomNumbers(seed);
  return ({ tracer }, mean, count = 10) => {
    for (let index = 0; index < count; index++) {
      tracer.score({ name: 'faithfulness', value: Math.min(1, mean + (random() - 0.5) * 0.2), traceId: TRACE });
    }
  };
}

function scoreFor(world: World, minutes: number, mean: number, score = scorer()): void {
  for (let minute = 0; minute < minutes; minute++) {
    score(world, mean);
    world.pass(MINUTE);
  }
}

describe('a rule on the drift of a score', () => {
  it('fires when scores move, says how, and does not take the incident for usual', () => {
    const world = createWorld({ rules: [RULE] });
    scoreFor(world, 60, 0.86);
    expect(world.events()).toEqual([]);
    scoreFor(world, 120, 0.71);
    expect(world.events()).toEqual(['Score Drift faithfulness fired']);
    scoreFor(world, 45, 0.86);
    expect(world.events()).toEqual(['Score Drift faithfulness recovered']);
    const [fired, recovered] = world.alerts;
    expect(fired?.message).toMatch(
      /^Score Drift faithfulness: mean of faithfulness moved from 0\.8\d+ to 0\.8\d+; faithfulness_drift is 0\.\d+ \(limit > 0\.1, 15 min, \d+ samples\)$/,
    );
    expect(recovered?.message).toMatch(/has recovered: mean of faithfulness is 0\.8\d+, usually 0\.8/);
    expect(fired?.traceIds).toEqual([TRACE]);
    expect(world.alertLines()).toHaveLength(2);
  });

  it('fires for another distribution with the same mean', () => {
    const world = createWorld({ rules: [RULE] });
    scoreFor(world, 45, 0.5);
    for (let index = 0; index < 300; index++) world.tracer.score({ name: 'faithfulness', value: index % 2 });
    world.pass(MINUTE);
    expect(world.events()).toEqual(['Score Drift faithfulness fired']);
  });

  it.each([
    [4.5, 3.5],
    [80, 60],
    [-0.2, 0.2],
  ])('reads scores of any scale (%s to %s)', (usual, now) => {
    const world = createWorld({ rules: [RULE] });
    const serve = (minutes: number, mean: number): void => {
      for (let minute = 0; minute < minutes; minute++) {
        for (const by of [0.9, 1, 1.1]) world.tracer.score({ name: 'faithfulness', value: mean * by });
        world.pass(MINUTE);
      }
    };
    serve(60, usual);
    expect(world.events()).toEqual([]);
    serve(15, now);
    expect(world.events()).toEqual(['Score Drift faithfulness fired']);
  });

  it('waits for two windows: one that is usual, and one that does not overlap with it', () => {
    const world = createWorld({ rules: [RULE] });
    scoreFor(world, 16, 0.86);
    scoreFor(world, 13, 0.3);
    expect(world.events()).toEqual([]);
    scoreFor(world, 4, 0.3);
    expect(world.events()).toEqual(['Score Drift faithfulness fired']);
  });

  it('has too little data with fewer scores than minSamples', () => {
    const world = createWorld({ rules: [{ ...RULE, noData: 'alert' }] });
    scoreFor(world, 45, 0.86);
    world.pass(16 * MINUTE);
    expect(world.events()).toEqual(['Score Drift faithfulness no_data']);
    expect(world.alerts[0]?.message).toContain('no data for faithfulness_drift');
    const score = scorer();
    score(world, 0, 19);
    world.pass(MINUTE);
    expect(world.events()).toEqual([]);
    score(world, 0, 1);
    world.pass(MINUTE);
    expect(world.events()).toEqual(['Score Drift faithfulness fired']);
  });

  it('knows the usual scores after a restart, and from a log of better times', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spanline-drift-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'memory.json');
    const before = createWorld({ rules: [RULE], memory: { file } });
    scoreFor(before, 45, 0.86);
    await before.monitor.close();
    const learned = join(folder, 'learned.json');
    await learnBaselines({ rules: [RULE], lines: before.lines(), file: learned });
    for (const known of [file, learned]) {
      const after = createWorld({ rules: [RULE], memory: { file: known }, start: before.now() });
      scoreFor(after, 16, 0.4);
      expect(after.events()).toEqual(['Score Drift faithfulness fired']);
      await after.monitor.close();
    }
    const unknown = createWorld({ rules: [RULE], start: before.now() });
    scoreFor(unknown, 16, 0.4);
    expect(unknown.events()).toEqual([]);
    const { scores } = JSON.parse(readFileSync(learned, 'utf8')) as { scores: object };
    expect(Object.keys(scores)).toEqual(['["Score Drift faithfulness","faithfulness_drift",15]']);
  });

  it('fires in a backtest, and has no verdict in a check of a whole log', async () => {
    const world = createWorld({ rules: [] });
    scoreFor(world, 60, 0.86);
    scoreFor(world, 15, 0.3);
    expect(await backtest([RULE], world.lines())).toMatchObject([{ name: RULE.name, incidents: [{ to: undefined }] }]);
    expect(await check('faithfulness_drift < 0.2', world.lines())).toMatchObject({
      isMet: false,
      requirements: [{ expression: 'faithfulness_drift < 0.2', verdict: 'no_baseline' }],
    });
  });

  it.each([
    [{ ...RULE, step: 'rerank' }, /rules\[0\] "Score Drift faithfulness"\.step must be left out: scores belong/],
    [{ ...RULE, perStep: true }, /\.perStep must be left out: scores belong to no step/],
    [{ ...RULE, relativeTo: 'baseline' as const }, /\.relativeTo must be left out: a drift is relative/],
  ])('is refused with fields that have no meaning for it', (rule, message) => {
    expect(() => createWorld({ rules: [rule] })).toThrow(message);
  });

  it.each(['', 'a b', 'x'.repeat(101)])('is not made for the name %j', (name) => {
    expect(() => CATALOG.scoreDrift(name)).toThrow(/scoreDrift\(evaluation\) must be the name of an evaluation/);
  });

  it('fires in fewer than one of 1,000 windows without a cause', () => {
    const world = createWorld({ rules: [{ ...RULE, threshold: 0 }] });
    const score = scorer(7);
    // Each of the windows is evaluated sixty times.
    for (let minute = 0; minute < 15 * 60; minute++) {
      score(world, 0.8, 6);
      world.pass(MINUTE);
    }
    expect(world.events()).toEqual([]);
    score(world, 0.7, 90);
    world.pass(MINUTE);
    expect(world.events()).toEqual(['Score Drift faithfulness fired']);
  });
});

describe('the distance of two distributions', () => {
  const of = (values: readonly number[]): ScoreCounts => {
    const counts = new ScoreCounts();
    for (const value of values) counts.add(value);
    return counts;
  };

  it('is 0 by chance in all but one of 100,000 samples, whatever their sizes', () => {
    const random = randomNumbers(3);
    const sample = (size: number): ScoreCounts => of(Array.from({ length: size }, () => random()));
    let moved = 0;
    for (let index = 0; index < 2000; index++) if (scoreDrift(sample(20 + (index % 80)), sample(200)) > 0) moved++;
    expect(moved).toBe(0);
    expect(scoreDrift(of(Array.from({ length: 20 }, () => random() * 0.3)), sample(200))).toBeGreaterThan(0.5);
  });

  it('is kept in bounded space, in any order', () => {
    const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(values, values, (one, two) => {
        const merged = of(one);
        merged.merge(of(two));
        expect(new Map(merged.entries())).toEqual(new Map(of([...two, ...one]).entries()));
        expect(merged.total).toBe(one.length + two.length);
      }),
    );
    const random = randomNumbers(5);
    const all = of(Array.from({ length: 60_000 }, () => (random() - 0.5) * 10 ** (random() * 12 - 2)));
    expect(all.counts.size).toBeLessThan(3500);
    expect(new ScoreCounts(all.entries()).counts).toEqual(all.counts);
  });
});
