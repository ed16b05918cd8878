/** Adds packages to the text of a package.json, and leaves the rest as it is written. */

import { parseExpression } from '@babel/parser';
import MagicString from 'magic-string';
import { fail } from '../../fail.ts';
import { rangeOf } from './parse-source.ts';

type Names = Readonly<Record<string, string>>;
type Parsed = ReturnType<typeof parseExpression>;
type ObjectNode = Extract<Parsed, { type: 'ObjectExpression' }>;

interface Entry {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
}

function entriesOf({ properties }: ObjectNode): Entry[] {
  return properties.flatMap((one) =>
    one.type === 'ObjectProperty' && one.key.type === 'StringLiteral'
      ? [{ key: one.key.value, value: one.value, ...rangeOf(one) }]
      : [],
  );
}

const isObjectNode = (node: unknown): node is ObjectNode =>
  (node as { readonly type?: string } | undefined)?.type === 'ObjectExpression';

/** The text of a value that an entry gets. */
type Texts = Readonly<Record<string, string>>;

/** The text between two entries: a line feed and an indentation, or nothing in a file of one line. */
type Break = (depth: number) => string;

function breakOf(text: string): Break {
  if (!text.trim().includes('\n')) return () => '';
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? '  ';
  return (depth) => newline + indent.repeat(depth);
}

const inOrder = (entries: Texts): [key: string, text: string][] =>
  Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1));

const entryText = (key: string, text: string): string => `${JSON.stringify(key)}: ${text}`;

/** The text of an object at a depth. */
function objectText(entries: Texts, depth: number, lineBreak: Break): string {
  const lines = inOrder(entries).map(([key, text]) => lineBreak(depth + 1) + entryText(key, text));
  return `{${lines.join(',')}${lineBreak(depth)}}`;
}

/** Adds entries to an object at a depth: packages in their order if the others have one, all else at the end. */
function addEntries(edited: MagicString, object: ObjectNode, added: Texts, depth: number, lineBreak: Break): void {
  const before = entriesOf(object);
  const last = before.at(-1);
  const { start, end } = rangeOf(object);
  if (last === undefined) {
    edited.overwrite(start, end, objectText(added, depth, lineBreak));
    return;
  }
  const isSorted = depth > 0 && before.every(({ key }, index) => (before[index - 1]?.key ?? '') < key);
  for (const [key, text] of inOrder(added)) {
    const next = isSorted ? before.find((one) => one.key > key) : undefined;
    if (next === undefined) edited.appendLeft(last.end, `,${lineBreak(depth + 1)}${entryText(key, text)}`);
    else edited.appendLeft(next.start, `${entryText(key, text)},${lineBreak(depth + 1)}`);
  }
}

/**
 * Adds packages. Those that it declares in any field keep their version.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for a text that is no JSON object
 */
export function editManifest(text: string, declared: ReadonlySet<string>, dependencies: Names, tools: Names): string {
  const root = parseExpression(text);
  if (!isObjectNode(root)) return fail('package.json', 'a JSON object');
  const edited = new MagicString(text);
  const lineBreak = breakOf(text);
  const fields: Record<string, string> = {};
  for (const [field, names] of Object.entries({ dependencies, devDependencies: tools })) {
    const missing = Object.entries(names).filter(([name]) => !declared.has(name));
    const added = Object.fromEntries(missing.map(([name, range]) => [name, JSON.stringify(range)]));
    if (missing.length === 0) continue;
    const known = entriesOf(root).find(({ key }) => key === field)?.value;
    if (isObjectNode(known)) addEntries(edited, known, added, 1, lineBreak);
    else fields[field] = objectText(added, 1, lineBreak);
  }
  if (Object.keys(fields).length > 0) addEntries(edited, root, fields, 0, lineBreak);
  return edited.toString();
}
