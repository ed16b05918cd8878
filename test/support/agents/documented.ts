import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const PAGE = readFileSync(new URL('../../../docs/agents.md', import.meta.url), 'utf8');

/** A configuration as a parser gives it. */
export type Config = Readonly<Record<string, unknown>>;

/** The text of a block of docs/agents.md, by the name that stands behind its language. */
export function documentedText(name: string): string {
  const escaped = name.replaceAll(/[.\\*+?^${}()|[\]]/g, String.raw`\$&`);
  const block = new RegExp(`^\`\`\`(?:yaml|json|conf) ${escaped}\\n([^]*?)^\`\`\`$`, 'm').exec(PAGE)?.[1];
  if (block === undefined) throw new Error(`docs/agents.md has no block named ${name}`);
  return block;
}

/** A configuration of docs/agents.md. JSON is YAML; a key that stands twice is an error. */
export const documented = (name: string): Config => parse(documentedText(name)) as Config;

/** @throws an error that names the first option that an agent does not have */
export function checkOptions(what: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new Error(`${what} is no object`);
  for (const option of Object.keys(given)) {
    if (!known.includes(option)) throw new Error(`${what} has no option ${option}`);
  }
}

/** A member that is an object. */
export const object = (value: unknown): Config => value as Config;

/** A member that is a list of objects. */
export const list = (value: unknown): readonly Config[] => value as readonly Config[];
