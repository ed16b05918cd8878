/** Content under the names that a receiver of OTLP shows as the input and the output of a span. */
import type { AttributeKey } from '../schema/index.ts';
import { type OtlpAttribute, type OtlpValue, textOf } from './otlp-attribute.ts';

/** How a receiver takes content. */
export interface ContentNames {
  readonly input: string;
  readonly output: string;
  /** Names of the conventions that the receiver shows by itself. */
  readonly shows: ReadonlySet<string>;
  /** Names that stay beside the receiver's own. */
  readonly keeps: ReadonlySet<string>;
  /** One own name hides what the receiver shows by itself on the other side: both sides get theirs, or none. */
  readonly together?: true;
  /** The receiver wants to know which texts are JSON, in `<name without .value>.mime_type`. */
  readonly mimeTypes?: true;
}

/** The content of a span, the most specific first. */
const INPUT: readonly AttributeKey[] = [
  'gen_ai.input.messages',
  'gen_ai.tool.call.arguments',
  'gen_ai.retrieval.query.text',
  'spanline.search.query',
  'db.query.text',
  'spanline.input',
];
const OUTPUT: readonly AttributeKey[] = [
  'gen_ai.output.messages',
  'gen_ai.tool.call.result',
  'gen_ai.retrieval.documents',
  'spanline.output',
];

const looksLikeJson = (text: string): boolean => /^[{[]/.test(text) && /[}\]]$/.test(text);

/** The line has a text of kind `json` in quotes. A receiver shows it without them. */
function unquoted(value: OtlpValue): OtlpValue {
  const text = textOf(value);
  if (text === undefined || !/^"[^]*"$/.test(text)) return value;
  try {
    return { stringValue: String(JSON.parse(text)) };
  } catch {
    return value;
  }
}

/** Gives the content of a span the receiver's names. */
export function spellContent(attributes: readonly OtlpAttribute[], names: ContentNames): OtlpAttribute[] {
  const find = (keys: readonly string[]): OtlpAttribute | undefined => {
    for (const key of keys) {
      const found = attributes.find((each) => each.key === key);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const sides = [
    { name: names.input, from: find(INPUT) },
    { name: names.output, from: find(OUTPUT) },
  ];
  const shown = ({ from }: { from: OtlpAttribute | undefined }): boolean =>
    from === undefined || names.shows.has(from.key);
  const told = names.together === true && !sides.every(shown) ? sides : sides.filter((side) => !shown(side));
  const added: OtlpAttribute[] = [];
  const moved = new Set<string>();
  for (const { name, from } of told) {
    if (from === undefined) continue;
    const value = unquoted(from.value);
    added.push({ key: name, value });
    if (names.mimeTypes === true && looksLikeJson(textOf(value) ?? '')) {
      added.push({ key: name.replace(/\.value$/, '.mime_type'), value: { stringValue: 'application/json' } });
    }
    if (!names.keeps.has(from.key)) moved.add(from.key);
  }
  return [...attributes.filter(({ key }) => !moved.has(key)), ...added];
}
