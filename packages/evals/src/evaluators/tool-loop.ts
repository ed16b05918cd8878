/** Agents that call a tool over and over. */
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';
import { textOfValue, type ToolCall } from '../subject/fields.ts';

/** Options of {@link toolLoop}. */
export interface ToolLoopOptions {
  /** Calls of one tool with the same arguments that make a loop, 2 or more. @defaultValue 3 */
  repeats?: number;
}

const SHAPE: Shape<ToolLoopOptions> = { repeats: option.number({ min: 2, integer: true }) };

/**
 * Finds agents that call a tool with the same arguments again and again.
 *
 * @returns an evaluator of `{ toolCalls }`: yes for a loop. It does not apply without calls of tools
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function toolLoop(
  options: ToolLoopOptions = {},
): (values: { readonly toolCalls: readonly ToolCall[] }) => Verdict | undefined {
  checkOptions(SHAPE, options);
  const { repeats = 3 } = options;
  return ({ toolCalls }) => {
    if (toolCalls.length === 0) return undefined;
    const counts = new Map<string, number>();
    for (const { name, arguments: given } of toolCalls) {
      const key = `${name} ${textOfValue(given)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const [worst] = [...counts].toSorted((a, b) => b[1] - a[1]);
    if (worst === undefined || worst[1] < repeats) return { value: false };
    return { value: true, explanation: `${worst[1]} calls of ${worst[0].slice(0, 200)}` };
  };
}
