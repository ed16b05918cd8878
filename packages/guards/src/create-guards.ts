/** Guards without a framework: texts in, texts out. */
import { Answer } from './gate/answer.ts';
import { GatedStream, gateWhole } from './gate/gated-stream.ts';
import { checkInput } from './gate/input.ts';
import { Engine, type GuardStats, type UseGuardsOptions } from './guards/engine.ts';
import { textShape } from './shapes/text.ts';

/** Guards at work, as {@link createGuards} returns them. */
export interface Guards {
  /** Reads a text that goes to a model. @throws GuardError if a guard stops it */
  checkInput(text: string): Promise<void>;
  /** Reads a whole answer. @returns it with its replacements. @throws GuardError if a guard stops it */
  checkOutput(text: string): Promise<string>;
  /**
   * Reads an answer in pieces, and holds each piece back until it has its verdict. Leaving the result early closes
   * `pieces`. It throws a GuardError where a guard stops the answer.
   */
  stream(pieces: AsyncIterable<string>): AsyncIterableIterator<string>;
  /** Returns the counters since the start. */
  stats(): GuardStats;
}

/**
 * Puts guards to work on texts, for applications whose framework has no entry of its own.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { createGuards, detectors, redactOutput } from '@spanline/guards';
 *
 * const guards = createGuards({
 *   guards: [redactOutput({ rules: detectors({ only: ['EMAIL', 'CARD'] }), failMode: 'closed' })],
 * });
 * async function* answer() {
 *   yield 'Write to jane@exam';
 *   yield 'ple.org.';
 * }
 * for await (const piece of guards.stream(answer())) process.stdout.write(piece); // Write to [EMAIL].
 * ```
 */
export function createGuards(options: UseGuardsOptions): Guards {
  const engine = new Engine(options);
  return {
    checkInput: (text) => checkInput(engine, { texts: [{ role: 'user', text }] }, 'input'),
    checkOutput: (text) => gateWhole(text, new Answer(engine, 'output'), textShape()),
    stream: (pieces) => new GatedStream(pieces[Symbol.asyncIterator](), new Answer(engine, 'output'), textShape()),
    stats: () => ({ ...engine.stats }),
  };
}
