import { readFileSync } from 'node:fs';
import { props, text } from '@spanline/record';

/** The version of Spanline, from the manifest of this package. */
export function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return text(props(JSON.parse(readFileSync(file, 'utf8')))['version']) ?? '';
}
