import type { Watch } from '../guards/watch.ts';
/** A rule of one guard, reading one text. */
import { type Found, isPromise, type MatchContext, type Matcher, type Rule, type Step } from '../rules/index.ts';

/** Events of a reader. */
export interface ReaderEvents {
  found(watch: Watch, found: readonly Found[]): void;
  failed(watch: Watch, kind: 'exception' | 'timeout', rule: string, error: unknown): void;
}

class Late extends Error {
  constructor(timeoutMs: number) {
    super(`no verdict within ${timeoutMs} ms`);
  }
}

/** Fails when a promise takes too long. The clock keeps no process alive, and ends when nobody waits any more. */
async function within<T>(promise: Promise<T>, timeoutMs: number, signal: AbortSignal): Promise<T | undefined> {
  let end = (): void => undefined;
  const late = new Promise<undefined>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Late(timeoutMs)), timeoutMs);
    timer.unref();
    const left = (): void => resolve(undefined);
    signal.addEventListener('abort', left, { once: true });
    end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', left);
    };
  });
  return Promise.race([promise, late]).finally(() => end());
}

const isPlace = (value: unknown): boolean => typeof value === 'number' && value >= 0;

/** A rule of the application may return anything. @throws TypeError */
function checkStep(step: Step): Step {
  const { found, decided } = step;
  if (!isPlace(decided) || !found.every(({ start, end }) => isPlace(start) && end >= start))
    throw new TypeError('the rule returned no verdict');
  return step;
}

/** Feeds a matcher, and survives it. */
export class Reader {
  readonly watch: Watch;
  readonly #rule: Rule;
  readonly #matcher: Matcher | undefined;
  readonly #events: ReaderEvents;
  readonly #signal: AbortSignal;
  #decided = 0;

  constructor(
    watch: Watch,
    rule: Rule,
    context: MatchContext,
    events: ReaderEvents,
    wrap: (matcher: Matcher) => Matcher,
  ) {
    this.watch = watch;
    this.#rule = rule;
    this.#events = events;
    this.#signal = context.signal;
    try {
      this.#matcher = wrap(rule.start(context));
    } catch (error) {
      events.failed(watch, 'exception', rule.name, error);
    }
  }

  /** Text before it has its verdict. */
  get decided(): number {
    return this.watch.isOff || this.#matcher === undefined ? Infinity : this.#decided;
  }

  push(piece: string): void | Promise<void> {
    return this.#step((matcher) => matcher.push(piece));
  }

  end(): void | Promise<void> {
    return this.#step((matcher) => matcher.end());
  }

  #step(run: (matcher: Matcher) => Step | Promise<Step>): void | Promise<void> {
    if (this.watch.isOff || this.#matcher === undefined) return;
    try {
      const step = run(this.#matcher);
      if (isPromise(step)) return this.#later(step);
      this.#took(step);
    } catch (error) {
      this.#failed('exception', error);
    }
  }

  async #later(step: Promise<Step>): Promise<void> {
    try {
      const verdict = await within(step, this.watch.guard.timeoutMs, this.#signal);
      if (verdict !== undefined || !this.#signal.aborted) this.#took(verdict as Step);
    } catch (error) {
      // A judge that stops its own request when nobody waits has not failed.
      if (!this.#signal.aborted) this.#failed(error instanceof Late ? 'timeout' : 'exception', error);
    }
  }

  #took(step: Step): void {
    const { found, decided } = checkStep(step);
    this.#decided = decided;
    if (found.length > 0 && !this.watch.isOff) this.#events.found(this.watch, found);
  }

  #failed(kind: 'exception' | 'timeout', error: unknown): void {
    this.#events.failed(this.watch, kind, this.#rule.name, error);
  }
}
