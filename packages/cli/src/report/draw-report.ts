/** Draws a report for a terminal. */

import { renderTrace } from '@spanline/pretty';
import { displayWidth, glyphsOf, padding, paint, type Terminal } from '@spanline/pretty/internal';
import { drawTable } from './draw-table.ts';
import type { Block, Report } from './report.ts';
import { cellText, contentLines, lineText, safeJson } from './safe-text.ts';

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of lineText(paragraph).split(' ')) {
      if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

type Facts = Extract<Block, { kind: 'facts' }>['facts'];

function drawFacts(facts: Facts, { color }: Terminal): string[] {
  const width = Math.max(0, ...facts.map(([name]) => displayWidth(lineText(name))));
  return facts.map(([name, cell]) => {
    const label = lineText(name);
    const value = paint(cellText(cell), color, typeof cell === 'object' ? cell.tone : 'plain');
    return `${paint(label, color, 'dim')}${padding(label, width)}  ${value}`;
  });
}

function drawBlock(block: Block, terminal: Terminal): string[] {
  const { color, width, unicode } = terminal;
  switch (block.kind) {
    case 'heading':
      return [paint(lineText(block.text), color, 'bold')];
    case 'text':
      return wrap(block.text, width).map((line) => paint(line, color, block.tone ?? 'plain'));
    case 'facts':
      return drawFacts(block.facts, terminal);
    case 'table':
      return drawTable(block, terminal, glyphsOf(unicode));
    case 'lines':
      return block.lines.map(safeJson);
    case 'tree':
      return renderTrace(block.records, { color, width, unicode }).split('\n');
    default:
      return [
        paint(lineText(block.title), color, 'bold'),
        ...(block.note === undefined ? [] : wrap(block.note, width).map((line) => paint(line, color, 'dim'))),
        ...(block.text === '' ? [] : contentLines(block.text)).map((line) => (line === '' ? '' : `  ${line}`)),
      ];
  }
}

/** Draws a report, blocks apart by an empty line; a heading stands directly above what follows. */
export function drawReport({ blocks }: Report, terminal: Terminal): string {
  let text = '';
  blocks.forEach((block, index) => {
    const before = blocks[index - 1];
    if (before !== undefined && before.kind !== 'heading') text += '\n';
    for (const line of drawBlock(block, terminal)) text += `${line}\n`;
  });
  return text;
}
