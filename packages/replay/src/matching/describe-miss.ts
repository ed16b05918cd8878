/** Says why a request has no recorded answer. */
import { pointAt } from '@spanline/record';
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import type { Difference } from './difference.ts';

/** Characters of a text that are shown as a whole. */
const SHOWN = 300;

function firstChange(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

/** Two texts as a diff: whole if they are short, else where they begin to differ. */
function diffText(recorded: string, given: string): string {
  const marked = (mark: string, text: string): string =>
    text
      .split('\n')
      .map((line) => `${mark} ${line}`)
      .join('\n');
  if (recorded.length <= SHOWN && given.length <= SHOWN) return `${marked('-', recorded)}\n${marked('+', given)}`;
  const at = firstChange(recorded, given);
  return `- recorded, from character ${at + 1}:\n${pointAt(recorded, at)}\n+ now:\n${pointAt(given, at)}`;
}

/** Numbers, ids, names of months and days. */
const VARYING =
  /[0-9a-f]{8,}|\d+|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]*/gi;

/** Says how to leave out what differs in each run. */
function hintFor({ recorded, given }: Difference): string {
  const [one, other] = [recorded, given].map((text) => text.replaceAll(VARYING, '#'));
  return one === other
    ? '\nOnly numbers, ids or dates differ. If they are others in each run, leave them out: the option "ignore".'
    : '';
}

/** A recorded call, and how a request differs from it. */
export interface NearCall {
  readonly call: RecordedModelCall;
  readonly difference: Difference;
  /** It was the answer to an earlier request. */
  readonly isUsed: boolean;
}

/** The text of a miss. @param near - the recorded calls, the nearest first */
export function describeMiss(near: readonly NearCall[], faults: readonly string[]): string {
  const [nearest] = near;
  const note = faults.length === 0 ? '' : `\nThe recording is not whole: ${faults.join('; ')}.`;
  if (nearest === undefined) return `the trace has no model call that is left${note}`;
  const { call, difference, isUsed } = nearest;
  const which = `${call.name} (span ${call.spanId}${isUsed ? ', which answered an earlier request' : ''})`;
  const { what, recorded, given } = difference;
  const hint = what.startsWith('message') ? hintFor(difference) : '';
  return `no recorded model call has this request. The nearest is ${which}; it differs in ${what}:\n${diffText(recorded, given)}${hint}${note}`;
}
