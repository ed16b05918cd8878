/** Where Docker, containerd and CRI-O split a line. */
const PART_BYTES = 16_384;
const TIME = '2026-01-05T10:00:00.123456789Z';

function partsOf(line: string): string[] {
  const bytes = Buffer.from(line);
  const parts: string[] = [];
  // Runtimes count bytes; the lines of these tests are ASCII where they are long.
  for (let from = 0; from < bytes.length; from += PART_BYTES)
    parts.push(bytes.toString('utf8', from, from + PART_BYTES));
  return parts;
}

/** What Docker's `json-file` driver writes for lines of the standard output: only the last part of a line ends in a line break. */
export const dockerLog = (lines: readonly string[]): string =>
  lines
    .flatMap((line) => {
      const parts = partsOf(line);
      return parts.map((part, n) => {
        const log = n === parts.length - 1 ? `${part}\n` : part;
        return `${JSON.stringify({ log, stream: 'stdout', time: TIME })}\n`;
      });
    })
    .join('');

/** What containerd and CRI-O write: `P` marks a part that goes on, `F` the last one. */
export const criLog = (lines: readonly string[]): string =>
  lines
    .flatMap((line) => {
      const parts = partsOf(line);
      return parts.map((part, n) => `${TIME} stdout ${n === parts.length - 1 ? 'F' : 'P'} ${part}\n`);
    })
    .join('');

/** Lines of a container's log put together again, as agents do it. */
export function joinParts(log: string): string[] {
  const lines: string[] = [];
  let begun = '';
  for (const entry of log.split('\n').slice(0, -1)) {
    const cri = /^\S+ (?:stdout|stderr) ([PF]) ([^]*)$/.exec(entry);
    const text = cri === null ? (JSON.parse(entry) as { log: string }).log : `${cri[2]}${cri[1] === 'F' ? '\n' : ''}`;
    begun += text;
    if (!begun.endsWith('\n')) continue;
    lines.push(begun.slice(0, -1));
    begun = '';
  }
  return lines;
}
