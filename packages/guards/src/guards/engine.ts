/** Some guards at work: their tracer and their counters. */
import { defaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { GuardFailure } from './guard-error.ts';
import type { Guard } from './guard.ts';

/** Options of everything that puts guards to work. */
export interface UseGuardsOptions {
  /** The guards. All of them read a text at the same time; the first one that stops it counts. */
  guards: readonly Guard[];
  /** Writes a `guardrail` span for each verdict. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /**
   * Characters of an answer that are held back at most, 1,000 to 100,000,000. An answer that would need more is a
   * failure of its guards (`too_long`).
   *
   * @defaultValue 1000000
   */
  maxHeld?: number;
  /** Called with the counters after each verdict. */
  onVerdict?: (verdict: GuardVerdict) => void;
}

/** The verdict of a guard on one text. */
export interface GuardVerdict {
  readonly guard: string;
  readonly action: 'pass' | 'block' | 'redact';
  /** Rule that found something first, or that failed. */
  readonly rule: string | undefined;
  readonly failure: GuardFailure | undefined;
  readonly traceId: string;
  readonly spanId: string;
}

/** Counters of verdicts since the start. */
export interface GuardStats {
  passed: number;
  blocked: number;
  redacted: number;
  /** Texts that nobody waited for any more, because another guard stopped them or the consumer left. */
  aborted: number;
  /** Failures: rules that threw, took too long, met a field that is not known, or had to hold back too much. */
  failed: number;
  /** Of these, those that let the text pass, because the guard is open. */
  failedOpen: number;
  /** Texts that passed an evaluator which returned nothing, because it does not apply to them. */
  unjudged: number;
}

const isGuard = (value: unknown): boolean => {
  const { rules, failMode } = (value ?? {}) as Partial<Guard>;
  return Array.isArray(rules) && typeof failMode === 'string';
};

/** The checks of {@link UseGuardsOptions}. */
const USE_GUARDS: Shape<UseGuardsOptions> = {
  guards: option.required(
    option.like<readonly Guard[]>(
      'an array of guards: blockInput(), blockOutput(), redactOutput()',
      (value) => Array.isArray(value) && value.length > 0 && value.every(isGuard),
    ),
  ),
  tracer: option.like<Tracer>('a tracer', (value) => typeof (value as Tracer | null)?.startSpan === 'function'),
  maxHeld: option.number({ min: 1000, max: 100_000_000, integer: true }),
  onVerdict: option.callback(),
};

/** The message of an error that a rule throws may quote the text. It is on the span, as content. */
function nameOf(reason: unknown): string {
  if (!(reason instanceof Error)) return `it threw a value of type ${typeof reason}`;
  const { code } = reason as { code?: unknown };
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : reason.constructor.name;
}

/** The shared parts of guards that work in one place. */
export class Engine {
  readonly tracer: Tracer;
  readonly inputs: readonly Guard[];
  readonly outputs: readonly Guard[];
  readonly maxHeld: number;
  readonly stats: GuardStats = {
    passed: 0,
    blocked: 0,
    redacted: 0,
    aborted: 0,
    failed: 0,
    failedOpen: 0,
    unjudged: 0,
  };
  readonly #onVerdict: UseGuardsOptions['onVerdict'];
  readonly #said = new Set<string>();

  /**
   * @param more - checks of further options
   * @throws SpanlineError `ERR_INVALID_OPTION`
   */
  constructor(options: UseGuardsOptions, more: object = {}) {
    const shape: Shape<UseGuardsOptions> = { ...USE_GUARDS, ...more };
    checkOptions(shape, options);
    const { guards, tracer = defaultTracer(), maxHeld = 1_000_000, onVerdict } = options;
    this.tracer = tracer;
    this.inputs = guards.filter(({ direction }) => direction === 'input');
    this.outputs = guards.filter(({ direction }) => direction === 'output');
    this.maxHeld = maxHeld;
    this.#onVerdict = onVerdict;
    tracer.gauge('guards_failed', () => this.stats.failed);
  }

  onVerdict(verdict: GuardVerdict): void {
    try {
      this.#onVerdict?.(verdict);
    } catch (error) {
      this.say('onVerdict', 'exception', error);
    }
  }

  /** Counts a failure, and reports the first one of each kind. */
  failed(guard: Guard, kind: GuardFailure, reason: unknown): void {
    this.stats.failed++;
    if (guard.failMode === 'open') this.stats.failedOpen++;
    this.say(guard.name, kind, reason, guard.failMode);
  }

  say(name: string, kind: GuardFailure, reason: unknown, failMode?: string): void {
    const key = `${name}:${kind}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    const why = kind === 'exception' ? nameOf(reason) : reason instanceof Error ? reason.message : String(reason);
    const verdict =
      failMode === undefined ? '' : failMode === 'closed' ? ' It stopped the text.' : ' It let the text pass.';
    process.emitWarning(`The guard "${name}" failed (${kind}): ${why}.${verdict} Further failures are counted.`, {
      type: 'SpanlineWarning',
      code: 'SPANLINE_GUARDS',
    });
  }
}
