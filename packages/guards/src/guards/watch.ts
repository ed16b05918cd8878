/** One guard on one text: its findings, its failure, its span. */
import type { Span } from '@spanline/core';
import { epochMs } from '@spanline/instrumentation';
import type { SpanAttributes } from '@spanline/record';
import type { Found } from '../rules/index.ts';
import { SCOPE } from '../scope.ts';
import type { Engine } from './engine.ts';
import { GuardError, type GuardFailure, type GuardReason, type GuardStage } from './guard-error.ts';
import type { Guard } from './guard.ts';

/** Runs a function in the context of the call that a text belongs to. */
export type InContext = <T>(fn: () => T) => T;

const MAX_EVIDENCE = 20;
const MAX_QUOTE = 400;

interface Evidence {
  readonly rule: string;
  readonly text?: string;
  readonly explanation?: string | undefined;
}

/** Where a guard's verdict comes from, and where it goes. */
export class Watch {
  readonly guard: Guard;
  readonly #engine: Engine;
  readonly #stage: GuardStage;
  readonly #inContext: InContext;
  readonly #startTime: number;
  readonly #evidence: Evidence[] = [];
  #matches = 0;
  #characters = 0;
  #rule: string | undefined;
  #failure: GuardFailure | undefined;
  #isEnded = false;

  constructor(engine: Engine, guard: Guard, stage: GuardStage, inContext: InContext) {
    this.guard = guard;
    this.#engine = engine;
    this.#startTime = epochMs(engine.tracer);
    this.#stage = stage;
    this.#inContext = inContext;
  }

  /** It has failed open: its findings count no more. */
  get isOff(): boolean {
    return this.#failure !== undefined;
  }

  read(characters: number): void {
    this.#characters += characters;
  }

  /** Notes what a rule found. */
  found({ rule, explanation }: Found, text: string): void {
    this.#matches++;
    this.#rule ??= rule;
    if (this.#evidence.length >= MAX_EVIDENCE) return;
    this.#evidence.push({
      rule,
      text: text.slice(0, MAX_QUOTE),
      ...(explanation === undefined ? {} : { explanation }),
    });
  }

  /** Counts a failure. @returns true if the text has to be stopped */
  failed(kind: GuardFailure, rule: string, reason: unknown): boolean {
    if (this.#failure !== undefined) return false;
    this.#failure = kind;
    this.#rule ??= rule;
    const explanation = (reason instanceof Error ? reason.message : String(reason)).slice(0, MAX_QUOTE);
    this.#evidence.push({ rule, explanation });
    this.#engine.failed(this.guard, kind, reason);
    return this.guard.failMode === 'closed';
  }

  /** Ends with the verdict that stops the text. */
  stop(reason: GuardReason, cause?: unknown): GuardError {
    const { traceId, spanId } = this.#end('block');
    const { name: guard } = this.guard;
    return new GuardError({ guard, rule: this.#rule ?? guard, stage: this.#stage, reason, traceId, spanId, cause });
  }

  /** Ends with the verdict that lets the text pass, with or without what was replaced. */
  pass(): void {
    if (!this.#isEnded) this.#end(this.guard.action === 'redact' && this.#matches > 0 ? 'redact' : 'pass');
  }

  /** Ends without a verdict. */
  abort(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#engine.stats.aborted++;
    this.#write(undefined).end({ status: 'aborted' });
  }

  #end(action: 'pass' | 'block' | 'redact'): Span {
    this.#isEnded = true;
    const { stats } = this.#engine;
    if (action === 'pass') stats.passed++;
    else if (action === 'block') stats.blocked++;
    else stats.redacted++;
    const span = this.#write(action);
    span.end();
    const { traceId, spanId } = span;
    const verdict = { guard: this.guard.name, action, rule: this.#rule, failure: this.#failure, traceId, spanId };
    this.#inContext(() => this.#engine.onVerdict(verdict));
    return span;
  }

  #write(action: string | undefined): Span {
    const { name, failMode } = this.guard;
    const attributes: SpanAttributes = {
      'spanline.guardrail.name': name,
      'spanline.guardrail.action': action,
      'spanline.guardrail.rule': this.#rule,
      'spanline.guardrail.stage': this.#stage,
      'spanline.guardrail.matches': this.#matches,
      'spanline.guardrail.characters': this.#characters,
      'spanline.guardrail.fail_mode': failMode,
      'spanline.guardrail.failure': this.#failure,
    };
    return this.#inContext(() => {
      const { tracer } = this.#engine;
      const span = tracer.startSpan({
        name: `guard ${name}`,
        type: 'guardrail',
        startTime: this.#startTime,
        attributes,
        scope: SCOPE,
      });
      if (this.#evidence.length > 0) span.output(this.#evidence);
      return span;
    });
  }
}
