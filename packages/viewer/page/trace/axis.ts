/** The time axis of a trace: a part of it fills the width. */

/** The part that is shown, in milliseconds from the start of the trace. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Least length of a range: a hundredth of a millisecond. */
const LEAST_MS = 0.01;

/** Bounds of a bar, in percent of the width. */
export function placeOf(
  fromMs: number,
  durationMs: number,
  { fromMs: start, toMs }: Range,
): { left: number; width: number } {
  const length = Math.max(LEAST_MS, toMs - start);
  const left = ((fromMs - start) / length) * 100;
  const right = ((fromMs + durationMs - start) / length) * 100;
  const from = Math.max(0, Math.min(100, left));
  return { left: from, width: Math.max(0, Math.min(100, right) - from) };
}

const STEPS = [1, 2, 5];

/** Round times within a range, at most `most`. */
export function ticksOf({ fromMs, toMs }: Range, most: number): number[] {
  const rough = Math.max(LEAST_MS, (toMs - fromMs) / most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(fromMs / step) * step; tick <= toMs && ticks.length < 50; tick += step) ticks.push(tick);
  return ticks;
}
