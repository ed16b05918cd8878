/** Two installed copies of a package (ESM beside CommonJS, two versions) count everything once. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type * as core from '@spanline/core';
import { createTracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { collectUntil } from '../support/garbage.ts';
import { USAGE } from '../support/provider.ts';
import { drain } from '../support/records.ts';
import { type Installation, installAgain } from '../support/second-installation.ts';
import { useProvider } from '../support/use-provider.ts';
import { INSTRUMENTATIONS, USD_PER_CALL } from './support/programs.ts';
import { SERVERS } from './support/servers.ts';

const PACKAGES = join(import.meta.dirname, '../../packages');
const NAMES = [...new Set(INSTRUMENTATIONS.map(({ name }) => name))];

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

/** Each instrumentation alone, and all of them with what is below. */
let own: Installation;
let all: Installation;

beforeAll(() => {
  own = installAgain(...NAMES);
  all = installAgain(...NAMES, 'http', 'instrumentation', 'core', 'record');
});

afterAll(() => {
  own.remove();
  all.remove();
});

it('every instrumentation is tried with two copies, here or in its package', () => {
  const dependsOn = (folder: string): string[] => {
    const manifest = readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8');
    return Object.keys((JSON.parse(manifest) as { dependencies?: object }).dependencies ?? {});
  };
  const below = ['@spanline/instrumentation', '@spanline/http'];
  const sources = readdirSync(PACKAGES).filter((folder) => dependsOn(folder).some((name) => below.includes(name)));
  const here = [...NAMES, ...SERVERS.map(({ name }) => name)];
  const untried = sources.filter(
    (folder) => !here.includes(folder) && !existsSync(join(PACKAGES, folder, 'test/copies.test.ts')),
  );
  expect(sources.length).toBeGreaterThan(10);
  // The servers of the adapters are tried with two copies of it.
  expect(untried).toEqual(['http']);
});

describe.each(INSTRUMENTATIONS)('two copies of $name $way', ({ name, start, isModelCall, tree: oneCall }) => {
  let log: MemoryLog;
  let first: unknown;

  beforeAll(async () => {
    first = await import(`@spanline/${name}`);
  });

  beforeEach(() => {
    log = memoryLog();
  });

  const total = (key: string): number =>
    log
      .records()
      .filter((record) => record['span.type'] === 'llm')
      .reduce((sum, record) => sum + Number((record as Record<string, unknown>)[key]), 0);

  /** Each case is the copies in the order in which they instrument, and the copy of core that the tracer is of. */
  const cases = {
    'the package alone': async () => ({ copies: [first, await own.load(name)], core: undefined }),
    'the package alone, the other way round': async () => ({ copies: [await own.load(name), first], core: undefined }),
    'everything below it': async () => ({ copies: [first, await all.load(name)], core: undefined }),
    'everything below it, with the tracer of the second core': async () => ({
      copies: [await all.load(name), first],
      core: await all.load<typeof core>('core'),
    }),
  };

  it.each(Object.keys(cases) as (keyof typeof cases)[])('count each call once: %s', async (which) => {
    const { copies, core: secondCore } = await cases[which]();
    const tracer = (secondCore ?? { createTracer }).createTracer({
      logger: log.logger,
      service: { name: 'test' },
      statsIntervalSeconds: 0,
    });
    const outer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
    const program = await start(provider.url, copies, { tracer });
    const call = async (): Promise<void> => {
      await program.ask({ text: 'plain' });
    };
    await (isModelCall ? outer.withSpan('outer', call) : call());
    await collectUntil(() => tracer.stats().open + outer.stats().open === 0);
    expect(tree(log.records())).toBe(oneCall);
    expect(new Set(log.records().map((record) => record.trace_id)).size).toBe(1);
    if (isModelCall) {
      await drain(await program.stream({ text: 'plain' }));
      await collectUntil(() => tracer.stats().open === 0);
      expect(total('gen_ai.usage.input_tokens')).toBe(2 * USAGE.prompt_tokens);
      expect(total('gen_ai.usage.output_tokens')).toBe(2 * USAGE.completion_tokens);
      expect(total('spanline.cost.usd')).toBeCloseTo(2 * USD_PER_CALL[name as keyof typeof USD_PER_CALL], 9);
    }
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
    expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
    program.undo();
    log.clear();
    await program.ask({ text: 'plain' });
    if (isModelCall) expect(log.records()).toEqual([]);
    await program.stop();
  });
});
