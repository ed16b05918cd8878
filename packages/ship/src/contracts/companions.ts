import type { SinkSpec } from './sink.ts';

/** The sinks and their companions. */
export function withCompanions(specs: readonly SinkSpec[]): SinkSpec[] {
  return specs.flatMap(({ companions = [], ...spec }) => {
    const { redact } = spec;
    const inherited = redact === undefined ? {} : { redact };
    return [spec, ...withCompanions(companions.map((companion) => ({ ...inherited, ...companion })))];
  });
}
