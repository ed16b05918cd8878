/** The report of a removal. */

import { relative } from 'node:path';
import { type Block, cell, type Report } from '../../report/index.ts';
import type { Receipt } from './receipt.ts';
import type { FileOutcome, Outcome } from './remove-lines.ts';

const isFound = ({ plan, refusal }: FileOutcome): boolean => plan.ranges.length > 0 || refusal !== undefined;

/** The path as a user would type it. */
function shown({ plan }: FileOutcome): string {
  const { path } = plan.file;
  const way = relative(process.cwd(), path);
  return way.startsWith('..') ? path : way;
}

function tableOf(files: readonly FileOutcome[]): Block {
  return {
    kind: 'table',
    columns: [
      { head: 'file', isFlexible: true, least: 20, cells: files.map(shown) },
      { head: 'lines', align: 'right', cells: files.map(({ plan }) => cell.count(plan.lines)) },
      { head: 'bytes', align: 'right', drop: 1, cells: files.map(({ plan }) => cell.count(plan.bytes)) },
    ],
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

function sentences({ isDone, files, documents, traceDocuments, isInterrupted }: Outcome): Block[] {
  const refused = files.flatMap((one) =>
    one.refusal === undefined ? [] : [`${shown(one)} stays as it is: ${one.refusal}.`],
  );
  const written = files.filter(({ isWritten }) => isWritten === true);
  const mentions = sum(files.map(({ plan }) => plan.mentions));
  const lines = sum(files.filter(({ refusal }) => refusal === undefined).map(({ plan }) => plan.lines));
  const counted = documents > 0 ? plural(documents, 'document', 'documents') : plural(lines, 'line', 'lines');
  const isOne = lines + documents === 1;
  const planned = `${counted} would go. Nothing was changed; --yes removes ${isOne ? 'it' : 'them'}.`;
  const texts = [
    lines + documents === 0 ? 'Nothing to remove.' : isDone ? `${counted} removed.` : planned,
    ...(traceDocuments > 0
      ? [`${traceDocuments} of them ${traceDocuments === 1 ? 'is a document' : 'are documents'} of trace screens.`]
      : []),
    ...(isInterrupted ? ['Interrupted: the next run goes on.'] : []),
    ...refused,
    ...written.map(
      (one) =>
        `A process that cannot be seen from here writes ${shown(one)}. Its lines so far are kept. Restart it: it still writes to the file that was replaced.`,
    ),
    ...(mentions > 0
      ? [
          `${plural(mentions, 'line', 'lines')} without a record (text of other programs) ${mentions === 1 ? 'has' : 'have'} the id, and ${mentions === 1 ? 'stays' : 'stay'}.`,
        ]
      : []),
  ];
  return texts.map((text) => ({ kind: 'text', text }));
}

/** Makes the report. */
export function reportOf(outcome: Outcome, receipt: Receipt | undefined): Report {
  const files = outcome.files.filter(isFound);
  const isNothing = files.length === 0 && outcome.documents === 0;
  const data = {
    isDone: outcome.isDone,
    files: files.map(({ plan, refusal }) => ({
      file: plan.file.path,
      lines: plan.lines,
      bytes: plan.bytes,
      ...(refusal === undefined ? {} : { refusal }),
    })),
    documents: outcome.documents,
    traceDocuments: outcome.traceDocuments,
    mentions: sum(outcome.files.map(({ plan }) => plan.mentions)),
    ...(receipt === undefined ? {} : { receipt }),
  };
  const found: Block[] = files.length === 0 ? [] : [tableOf(files)];
  const nothing: Block[] = [{ kind: 'text', text: 'Nothing to remove.' }];
  const hasMentions = data.mentions > 0;
  return {
    blocks: [
      ...(isNothing && !hasMentions ? nothing : [...found, ...sentences(outcome)]),
      ...(receipt === undefined ? [] : [{ kind: 'lines' as const, lines: [JSON.stringify(receipt)] }]),
    ],
    data,
    isOk: !isNothing && files.every(({ refusal }) => refusal === undefined),
  };
}
