import { checkOptions, option, type Shape } from '@spanline/record';
import type { Sink, SinkLimits } from '../contracts/sink.ts';

/** A sink and the name that its spec gives it. */
export interface NamedSink {
  readonly name: string;
  readonly sink: Sink;
  /** Number of lines that the sink has redacted so far, if its spec asks for redaction. */
  readonly redactions?: () => number;
}

const LIMITS: Shape<SinkLimits> = {
  bytes: option.required(option.number({ min: 1 })),
  entries: option.required(option.number({ min: 1, integer: true })),
  lingerMs: option.required(option.number({ min: 0 })),
  concurrency: option.required(option.number({ min: 1, integer: true })),
};

/** Name or code of an error. Its message may quote keys or content. */
function describe(error: unknown): string {
  const { code, name } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    name?: unknown;
  };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
}

/**
 * Makes a sink safe to call: `encode` rejects the line when the sink throws, `send` asks for a retry. A sink that
 * encodes a line without the redaction that it was given sends nothing.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for limits that are missing or out of range
 */
export function guardSink({ name, sink, redactions }: NamedSink): Required<Sink> {
  checkOptions(LIMITS, sink.limits, `${name}.limits`);
  let isUnredacted = false;
  return {
    limits: sink.limits,
    encode(line) {
      const before = redactions?.();
      try {
        const encoded = sink.encode(line);
        isUnredacted ||= before !== undefined && encoded.kind === 'entry' && redactions?.() === before;
        return encoded;
      } catch (error) {
        return { kind: 'reject', reason: `the sink cannot encode the line (${describe(error)})` };
      }
    },
    async send(batch) {
      if (isUnredacted) return { kind: 'pause', reason: 'the sink does not redact its lines' };
      try {
        return await sink.send(batch);
      } catch (error) {
        return { kind: 'retry', reason: `the sink failed (${describe(error)})` };
      }
    },
    close: () => sink.close?.(),
  };
}
