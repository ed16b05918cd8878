import { workerData } from 'node:worker_threads';
import { type Check, option, SpanlineError } from '@spanline/record';
import { withCompanions } from '../contracts/companions.ts';
import type { RedactLine } from '../contracts/redaction.ts';
import type { SinkSpec } from '../contracts/sink.ts';
import type { NamedSink } from '../engine/guard-sink.ts';
import { nameCheck } from '../sinks/http-options.ts';
import { redactOption } from '../sinks/line-policy.ts';
import type { SinkData, WorkerInput } from './messages.ts';

function isSinkSpec(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, module, redact, createSink, companions = [] } = value as Record<string, unknown>;
  const hasModule = typeof module === 'string' && URL.canParse(module);
  if (!Array.isArray(companions) || !companions.every(isSinkSpec)) return false;
  if (redact !== undefined && !redactOption.accepts(redact)) return false;
  return nameCheck().accepts(name) && hasModule && typeof createSink === 'function';
}

/** The check of the option `to`. */
export function sinkList(): Check<readonly SinkSpec[]> {
  const sink = option.like<SinkSpec>(
    'a sink, such as elasticsearch({ … }), or { name, module, options, createSink }',
    isSinkSpec,
  );
  return option.list(sink, 'an array of sinks');
}

/**
 * The sinks to create: those of the option `to`, and their companions. Two sinks of one name would share a checkpoint.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function resolveSinks(to: readonly SinkSpec[]): SinkSpec[] {
  const sinks = withCompanions(to);
  checkUniqueNames(sinks);
  return sinks;
}

function checkUniqueNames(sinks: readonly SinkSpec[]): void {
  const names = new Set<string>();
  for (const [index, { name }] of sinks.entries()) {
    if (names.has(name)) {
      throw new SpanlineError({
        code: 'ERR_INVALID_OPTION',
        option: `to[${index}].name`,
        expected: 'a name that no other sink has',
        got: name,
      });
    }
    names.add(name);
  }
}

/** Creates a sink with its redaction. @throws whatever `createSink` throws */
export function createNamedSink(
  { name, options, createSink }: Pick<SinkSpec, 'name' | 'options' | 'createSink'>,
  redact: RedactLine | undefined,
): NamedSink {
  if (redact === undefined) return { name, sink: createSink(options as never) };
  let count = 0;
  const counted: RedactLine = (line) => {
    count++;
    return redact(line);
  };
  return { name, sink: createSink(options as never, counted), redactions: () => count };
}

/** Creates the sinks in this thread. @throws whatever a `createSink` or a `createRedaction` throws */
export function createSinks(specs: readonly SinkSpec[]): NamedSink[] {
  return specs.map((spec) => createNamedSink(spec, spec.redact?.createRedaction(spec.redact.options as never)));
}

/** In the shipping thread the application's own module runs, because a sink names it as its module. */
function refuseShippingThread(): void {
  if ((workerData as Partial<WorkerInput> | null)?.isShippingThread !== true) return;
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: 'to',
    expected: 'sinks from modules of their own, not from the module that calls spool()',
  });
}

function copied(name: string, options: unknown): unknown {
  try {
    return structuredClone(options);
  } catch (cause) {
    const expected = 'data that can be copied to a worker thread, without functions';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: name, expected, cause });
  }
}

/**
 * Copies sinks for the shipping thread.
 * @throws SpanlineError `ERR_INVALID_OPTION` when their options cannot be copied
 */
export function toSinkData(specs: readonly SinkSpec[]): SinkData[] {
  refuseShippingThread();
  return specs.map(({ name, module, options, redact }) => ({
    name,
    module,
    options: copied(`to: ${name}: options`, options),
    ...(redact === undefined
      ? {}
      : { redact: { module: redact.module, options: copied(`to: ${name}: redact`, redact.options) } }),
  }));
}
