/** The tables of `docs/opentelemetry.md`: where each attribute of each vocabulary goes. */
import { FAMILIES } from '../../packages/otel/src/spellings/families.ts';
import { VOCABULARIES } from '../../packages/otel/src/spellings/index.ts';
import type { Target } from '../../packages/otel/src/spellings/target.ts';

/** The page that holds the tables between two comments. */
export const OTEL_PAGE = 'docs/opentelemetry.md';

function place(target: Target): string {
  if (typeof target === 'object') return `\`${target[0]}\` × ${target[1]}`;
  if (target.startsWith('usage:')) return 'usage';
  return target.includes('.') ? `\`${target}\`` : target;
}

/** Attributes of one place are in one row. */
function tableOf(spellings: Readonly<Record<string, Target>>): string {
  const byPlace = new Map<string, string[]>();
  for (const [key, target] of Object.entries(spellings)) {
    const name = place(target);
    byPlace.set(name, [...(byPlace.get(name) ?? []), `\`${key}\``]);
  }
  const rows = [...byPlace].map(([name, keys]) => `| ${keys.join(' ')} | ${name} |`);
  return ['| attribute | goes to |', '|---|---|', ...rows].join('\n');
}

/** A table for each vocabulary. */
export function renderOtelSpellings(): string {
  const tables = Object.entries(VOCABULARIES).map(([name, spellings]) => `### ${name}\n\n${tableOf(spellings)}`);
  const families = FAMILIES.map(({ prefix, to }) => `| \`${prefix}*\` | ${to.includes('.') ? `\`${to}\`` : to} |`);
  const lists = [
    '### Lists, and attributes with names of your own',
    '',
    '| attribute | goes to |',
    '|---|---|',
    ...families,
  ];
  return [...tables, lists.join('\n')].join('\n\n');
}
