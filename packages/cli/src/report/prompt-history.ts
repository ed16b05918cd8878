/** Prompts that an answer has shown. Each call of a chat repeats the messages of the one before: each is shown once. */

import { createHash } from 'node:crypto';
import { type SpanRecord, titleOf } from '@spanline/record';
import * as cell from './cells.ts';

/** A prompt without the messages that stand above. */
interface Folded {
  readonly messages: readonly unknown[];
  /** Says how many are left out, and how to see them. `undefined` if none is. */
  readonly note: string | undefined;
}

/** The prompts so far. */
export interface PromptHistory {
  /** Leaves the first messages of a prompt out that one prompt before has in the same order. */
  fold(record: SpanRecord, messages: readonly unknown[]): Folded;
}

interface Shown {
  readonly name: string;
  /** A digest of each message: prompts are long. */
  readonly digests: readonly string[];
}

const digestOf = (message: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(message) ?? '')
    .digest('base64');

/** Number of the first messages that another prompt has in this order: also of a chat that forgot its oldest ones. */
function sharedBy(digests: readonly string[], shown: Shown): number {
  let at = 0;
  let count = 0;
  for (const digest of digests) {
    const found = shown.digests.indexOf(digest, at);
    if (found === -1) break;
    at = found + 1;
    count++;
  }
  return count;
}

function noteOf(record: SpanRecord, count: number, name: string): string {
  const left = `${cell.amount(count, 'message')} of the prompt of ${name} above ${count === 1 ? 'is' : 'are'} left out.`;
  return `${left} The id ${record.span_id ?? ''} alone shows all.`;
}

/** Creates the history of one answer. */
export function createPromptHistory(): PromptHistory {
  const prompts: Shown[] = [];
  return {
    fold(record, messages) {
      const digests = messages.map(digestOf);
      let most = 0;
      let name = '';
      for (const shown of prompts) {
        const count = sharedBy(digests, shown);
        if (count > 0 && count >= most) [most, name] = [count, shown.name];
      }
      prompts.push({ name: titleOf(record) ?? '(no name)', digests });
      return { messages: messages.slice(most), note: most === 0 ? undefined : noteOf(record, most, name) };
    },
  };
}
