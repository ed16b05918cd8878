/** Figures of comparisons as text: values, differences with their intervals, and colours. */

import { formatDifference, type Tone } from '@spanline/pretty/internal';
import type { Estimate, FigureUnit } from '@spanline/query';
import { cell } from './report/index.ts';

const DIGITS = 3;
const number = (value: number): string => String(Number(value.toPrecision(DIGITS)));

const FORMATS: Readonly<Record<FigureUnit, (value: number) => string>> = {
  ms: cell.duration,
  share: cell.percent,
  tokens: number,
  usd: (usd) => cell.cost(usd) || '$0',
  score: number,
};

/** A value: `1.2 s`, `4.5 %`, `$0.012`. */
export const figureText = (value: number, unit: FigureUnit): string => FORMATS[unit](value);

/** A value with its interval: `1.2 s (1.1 s to 1.3 s)`. Only scores can be negative. */
export function estimateText({ value, low, high }: Estimate, unit: FigureUnit): string {
  const text = figureText(value, unit);
  if (low === undefined || high === undefined) return text;
  return `${text} (${figureText(unit === 'score' ? low : Math.max(0, low), unit)} to ${figureText(high, unit)})`;
}

/** A difference: `+1.2 s`. */
export const differenceText = (value: number, unit: FigureUnit): string => formatDifference(value, FORMATS[unit]);

/** The interval of a difference: `+85 ms to +1.2 s`. */
export function differenceRange({ low, high }: Estimate, unit: FigureUnit): string {
  if (low === undefined || high === undefined) return 'too few traces';
  return `${differenceText(low, unit)} to ${differenceText(high, unit)}`;
}

/** Green is better. */
export function changeTone({ isChange, isWorse }: { readonly isChange: boolean; readonly isWorse: boolean }): Tone {
  if (!isChange) return 'plain';
  return isWorse ? 'red' : 'green';
}
