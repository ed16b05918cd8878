import { type Check, option, SpanlineError } from '@spanline/record';
import type { SinkSpec } from '../contracts/sink.ts';
import type { NamedSink } from '../engine/guard-sink.ts';
import { nameCheck } from '../sinks/http-options.ts';

function isSinkSpec(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, module, createSink } = value as Record<string, unknown>;
  const hasModule = typeof module === 'string' && URL.canParse(module);
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

/** Two sinks of one name would share a checkpoint. @throws SpanlineError `ERR_INVALID_OPTION` */
export function checkUniqueNames(sinks: readonly SinkSpec[]): void {
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

/** Creates the sinks in this thread. @throws whatever a `createSink` throws */
export function createSinks(specs: readonly SinkSpec[]): NamedSink[] {
  return specs.map(({ name, options, createSink }) => ({ name, sink: createSink(options as never) }));
}
