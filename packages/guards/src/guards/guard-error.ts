/** The error that an application gets when a guard stops a text. */

/** Where a guard looks: at what goes to the model, at its answer, or at what goes to a tool or comes from it. */
export type GuardStage = 'input' | 'output' | 'tool_call' | 'tool_result';

/** Why a guard stopped a text: a rule found something, or the guard failed and is closed. */
export type GuardReason = 'found' | GuardFailure;

/**
 * How a guard failed: its rule threw, took longer than `timeoutMs`, met text in a field that it does not know, or would
 * have had to hold back more than `maxHeld` characters.
 */
export type GuardFailure = 'exception' | 'timeout' | 'unmapped' | 'too_long';

interface Details {
  readonly guard: string;
  readonly rule: string;
  readonly stage: GuardStage;
  readonly reason: GuardReason;
  readonly traceId: string;
  readonly spanId: string;
  readonly cause?: unknown;
}

const REASONS: Readonly<Record<GuardReason, string>> = {
  found: 'found something',
  exception: 'failed, and the guard is closed',
  timeout: 'took too long, and the guard is closed',
  unmapped: 'does not know a field of the answer, and the guard is closed',
  too_long: 'would have to hold back too much, and the guard is closed',
};

/**
 * A guard stopped a text. The error names rule and span, and never shows the text.
 *
 * @example
 * ```ts
 * import { isGuardError } from '@spanline/guards';
 *
 * function reply(error: unknown): string {
 *   if (isGuardError(error)) return `I cannot answer that (${error.spanId}).`;
 *   throw error;
 * }
 * ```
 */
export class GuardError extends Error {
  override readonly name = 'GuardError';
  readonly code = 'ERR_GUARD';
  /** Name of the guard. */
  readonly guard: string;
  /** Name of the rule, or of its part that found something: `EMAIL`. */
  readonly rule: string;
  readonly action = 'block';
  readonly stage: GuardStage;
  readonly reason: GuardReason;
  /** Id of the trace of the `guardrail` span. */
  readonly traceId: string;
  /** Id of the `guardrail` span. */
  readonly spanId: string;

  constructor({ guard, rule, stage, reason, traceId, spanId, cause }: Details) {
    const message = `The guard "${guard}" stopped the ${stage.replace('_', ' ')}: the rule "${rule}" ${REASONS[reason]} (span ${spanId})`;
    super(message, cause === undefined ? undefined : { cause });
    this.guard = guard;
    this.rule = rule;
    this.stage = stage;
    this.reason = reason;
    this.traceId = traceId;
    this.spanId = spanId;
  }
}

/** True for a {@link GuardError}, also for one of another installed copy of this package. */
export function isGuardError(error: unknown): error is GuardError {
  return error instanceof Error && error.name === 'GuardError' && (error as { code?: unknown }).code === 'ERR_GUARD';
}
