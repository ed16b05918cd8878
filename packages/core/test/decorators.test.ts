import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jsonLines, runChild } from '../../../test/support/child.ts';

const HEAD = `
  import { createLogger, createTracer, currentSpan, observe } from '@spanline/core';
  const tracer = createTracer({ logger: createLogger({ pretty: false }), statsIntervalSeconds: 0 });`;

const METHODS = `${HEAD}
  class Service {
    prefix = 'hi ';
    @observe({ tracer, type: 'chain' })
    async greet(name) { currentSpan()?.label('who', name); return this.prefix + this.loud(name); }
    @observe({ tracer, name: 'louder' })
    loud(text) { return text.toUpperCase(); }
    @observe({ tracer })
    static *numbers() { yield 1; yield 2; }
    @observe
    bare(value) { return value + 1; }
  }
  const service = new Service();
  const told = [await service.greet('ann'), [...Service.numbers()], service.bare(1), Service.prototype.greet.name];
  console.log(JSON.stringify({ told }));`;

const spansOf = (lines: readonly Record<string, unknown>[]) =>
  lines.filter((line) => line['event.name'] === 'span.end');

describe.each([
  ['TC39', {}, '{"value":1}'],
  [
    'legacy (experimentalDecorators)',
    { tsconfigRaw: { compilerOptions: { experimentalDecorators: true } } },
    '@observe must be on a method, or on a field that holds a function',
  ],
])('@observe in %s syntax', (_syntax, compile, ofGetter) => {
  it('makes a span of every call of a method, static and generator methods too, and changes nothing', async () => {
    const { code, stdout, stderr } = await runChild(METHODS, { compile });
    expect(code, stderr).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.find((line) => 'told' in line)).toEqual({ told: ['hi ANN', [1, 2], 2, 'greet'] });
    const [louder, greet, numbers, bare] = spansOf(lines);
    expect([louder, greet, numbers, bare].map((span) => span?.['span.name'])).toEqual([
      'louder',
      'greet',
      'numbers',
      'bare',
    ]);
    expect(louder?.['parent_span_id']).toBe(greet?.['span_id']);
    expect(greet).toMatchObject({ 'span.type': 'chain', 'labels.who': 'ann', 'spanline.output': '"hi ANN"' });
    expect(numbers).toMatchObject({ 'span.status': 'ok', 'spanline.output': '[1,2]' });
  });

  it('on a getter wraps it, or fails when the class is made and says what it is for', async () => {
    const { stdout, stderr } = await runChild(
      `${HEAD} class Service { @observe({ tracer }) get value() { return 1; } }
      console.log(JSON.stringify({ value: new Service().value }));`,
      { compile },
    );
    expect(stdout + stderr).toContain(ofGetter);
  });
});

it('@observe on a field wraps the function that each instance gets', async () => {
  const source = `${HEAD}
    class Service {
      factor = 2;
      @observe({ tracer }) times = (value) => value * this.factor;
      @observe plus = async (value) => value + this.factor;
      @observe({ tracer }) #hidden = () => 7;
      reveal() { return this.#hidden(); }
    }
    const service = new Service();
    console.log(JSON.stringify({ told: [service.times(3), await service.plus(1), service.reveal()] }));`;
  const { code, stdout, stderr } = await runChild(source, { compile: {} });
  expect(code, stderr).toBe(0);
  const lines = jsonLines(stdout);
  expect(lines.find((line) => 'told' in line)).toEqual({ told: [6, 3, 7] });
  expect(spansOf(lines).map((span) => span['span.name'])).toEqual(['times', 'plus', '#hidden']);
  const notAFunction = await runChild(`${HEAD} class Service { @observe({ tracer }) value = 3; } new Service();`, {
    compile: {},
  });
  expect(notAFunction.stderr).toContain('@observe must be on a method, or on a field that holds a function, got 3');
});

const TYPED = `
  import { observe } from '@spanline/core';
  class Service {
    @observe({ type: 'chain', captureInput: ([first]) => first })
    async greet(name: string): Promise<string> { return name; }
    @observe()
    static twice(value: number): number { return value * 2; }
    @observe
    *numbers(): Generator<number> { yield 1; }
  }
  const text: Promise<string> = new Service().greet('a');
  export const all: [Promise<string>, number] = [text, Service.twice(1)];`;
const FIELDS = `
  import { observe } from '@spanline/core';
  export class Fields {
    @observe({ type: 'tool' }) times = (value: number): number => value * 2;
    @observe plus = async (value: number): Promise<number> => value + 1;
    @observe() #hidden(): number { return 1; }
    reveal(): number { return this.#hidden(); }
  }`;

it.each([
  ['TC39', {}, TYPED + FIELDS.replace(/import.*/, '')],
  ['legacy', { experimentalDecorators: true }, TYPED],
])('@observe type-checks in %s syntax', (_syntax, options, source) => {
  const project = mkdtempSync(join(import.meta.dirname, '.child-'));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  const compilerOptions = { noEmit: true, composite: false, incremental: false, ...options };
  writeFileSync(join(project, 'main.ts'), source);
  const base = fileURLToPath(new URL('../../../tsconfig.base.json', import.meta.url));
  const tsconfig = {
    extends: base,
    compilerOptions: { ...compilerOptions, allowImportingTsExtensions: true },
    files: ['main.ts'],
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig));
  const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' });
  expect([stdout, status]).toEqual(['', 0]);
});
