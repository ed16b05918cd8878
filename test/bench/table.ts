/** The results as tables in Markdown, for docs/performance.md. */
import type { Results, Run } from './results.ts';
import { kilobytes, micros, type Row } from './rows.ts';

type Cell = string | undefined;

const line = (cells: readonly Cell[]): string => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  return rows.length === 0 ? [] : [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** Rows of one run, by name and peer: two rows of a suite may differ by the peer alone. */
function byName(run: Run | undefined): Map<string, Row> {
  return new Map(run?.rows.map((row) => [`${row.what}\n${row.sides?.peer ?? ''}`, row]));
}

const withBytes = (ns: number, bytes: number | undefined): string =>
  bytes === undefined || Number.isNaN(bytes) ? micros(ns) : `${micros(ns)}, ${kilobytes(bytes)}`;

const measuredIn = (row: Row | undefined): Cell =>
  row === undefined ? undefined : `${row.measured.toFixed(2)} ${row.unit}`;

function speed(name: string, run: Run | undefined): string[] {
  if (run === undefined) return [];
  const { cpus, model, stepNs, accessNs } = run.machine;
  const neighbour = run.pressure === undefined ? '' : ` Neighbour: ${run.pressure}.`;
  return [
    `${name}: Node ${run.node}, ${cpus} × ${model}, ${stepNs.toFixed(2)} ns a step, ${accessNs.toFixed(0)} ns an access.${neighbour}`,
  ];
}

/** Lines of the tables: ratios against peers, bytes of a span, figures without a peer. */
export function tables({ quiet, busy }: Results): string[] {
  const [first, second] = quiet === undefined ? [byName(busy), new Map<string, Row>()] : [byName(quiet), byName(busy)];
  const rows = [...first];
  const inBoth = (key: string): Cell => measuredIn(second.get(key));
  const ratios = rows.flatMap(([key, row]) => {
    const { what, sides, heap, budget } = row;
    if (sides === undefined) return [];
    const ours = withBytes(sides.oursNs, heap?.ours.bytes);
    const peer = `${withBytes(sides.peerNs, heap?.peer.bytes)} (${sides.peer})`;
    return [[what, ours, peer, measuredIn(row), budget, inBoth(key)]];
  });
  const alone = (isBytes: boolean): Cell[][] =>
    rows
      .filter(([, { sides, unit }]) => sides === undefined && (unit === 'kB') === isBytes)
      .map(([key, row]) => [row.what, measuredIn(row), row.budget, inBoth(key)]);
  return [
    ...speed(quiet === undefined ? 'Busy' : 'Quiet', quiet ?? busy),
    ...speed('Busy', quiet === undefined ? undefined : busy),
    '',
    ...table(['', 'Spanline', 'peer', 'measured', 'limit', 'busy'], ratios),
    ...table(['', 'allocated', 'limit', 'busy'], alone(true)),
    ...table(['', 'measured', 'limit', 'busy'], alone(false)),
  ];
}
