/** Sums of the input and the output, with the parts that stand beside them. */
import type { UsageIssue } from './usage-issue.ts';

/** A count that may stand beside the whole that it belongs to. */
export interface Part {
  readonly of: 'input' | 'output';
  readonly amount: number;
  /** By its spelling it stands beside. */
  readonly isBeside: boolean;
  readonly issue: UsageIssue;
}

/** Adds the parts that stand beside, as bits of `chosen`. */
export function sums(input: number, output: number, parts: readonly Part[], chosen: number): readonly [number, number] {
  let [wholeInput, wholeOutput] = [input, output];
  parts.forEach(({ of, amount }, bit) => {
    if ((chosen & (1 << bit)) === 0) return;
    if (of === 'input') wholeInput += amount;
    else wholeOutput += amount;
  });
  return [wholeInput, wholeOutput];
}

function changes(one: number, other: number): number {
  let bits = 0;
  for (let rest = one ^ other; rest !== 0; rest >>= 1) bits += rest & 1;
  return bits;
}

/** A part inside of a whole is not larger than it. */
function fits(input: number, output: number, parts: readonly Part[], chosen: number): boolean {
  return parts.every(
    ({ of, amount }, bit) => (chosen & (1 << bit)) !== 0 || amount <= (of === 'input' ? input : output),
  );
}

/** The reading that adds up to the total with the fewest changes to what the spelling says. */
export function byTotal(
  total: number,
  input: number,
  output: number,
  parts: readonly Part[],
  spelled: number,
): number | undefined {
  let best: number | undefined;
  for (let chosen = 0; chosen < 1 << parts.length; chosen++) {
    const [wholeInput, wholeOutput] = sums(input, output, parts, chosen);
    if (wholeInput + wholeOutput !== total || !fits(input, output, parts, chosen)) continue;
    if (best === undefined || changes(chosen, spelled) < changes(best, spelled)) best = chosen;
  }
  return best;
}
