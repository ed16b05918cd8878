/** Ids of rules in labels. */
import { createHash } from 'node:crypto';

const LONGEST = 40;
const DIGITS = 6;

/** Letters, digits and dashes that are the same for the same name, and differ for another. */
export function idOf(name: string): string {
  const words = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, LONGEST);
  return `${words}-${createHash('sha256').update(name).digest('hex').slice(0, DIGITS)}`.replace(/^-/, '');
}
