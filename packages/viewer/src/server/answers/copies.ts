/** A span as text to copy: Markdown within a budget of tokens, a request for curl, a case for vitest. */

import { type AttributeKey, type Message, props, type SpanRecord, text } from '@spanline/record';
import { pretty, toText } from './messages.ts';

/** Kinds of copies. */
export const COPIES = ['json', 'markdown', 'curl', 'test'] as const;
export type CopyKind = (typeof COPIES)[number];

/** A span with its references resolved. */
export interface Copied {
  readonly record: SpanRecord;
  readonly input: unknown;
  readonly output: unknown;
  readonly documents: unknown;
}

/** Characters of a token, about. */
const TOKEN = 4;

const isMessages = (value: unknown): value is readonly Message[] =>
  Array.isArray(value) && value.length > 0 && value.every((entry) => Array.isArray(props(entry)['parts']));

/** The texts of a message; other parts as JSON. */
function contentOf({ parts }: Message): string {
  return parts
    .map((part) => (part.type === 'text' || part.type === 'reasoning' ? toText(props(part)['content']) : toText(part)))
    .join('\n\n');
}

/** A part of a Markdown text. The text in a fence can be shortened. */
interface Block {
  readonly head: string;
  readonly body: string;
}

function blocksOf({ record, input, output, documents }: Copied): Block[] {
  const side = (name: string, value: unknown): Block[] => {
    if (isMessages(value))
      return value.map((message) => ({ head: `${name}: ${message.role}`, body: contentOf(message) }));
    return value === undefined ? [] : [{ head: name, body: pretty(value) }];
  };
  const error = [record['error.type'], record['error.message'], record['error.stack']].filter(Boolean).join('\n');
  return [
    ...(error === '' ? [] : [{ head: 'Error', body: error }]),
    ...side('Input', input),
    ...(documents === undefined ? [] : [{ head: 'Documents', body: pretty(documents) }]),
    ...side('Output', output),
  ];
}

/** The length to which texts must be cut so that all of them fit. */
function fairLength(lengths: readonly number[], budget: number): number {
  let left = Math.max(0, budget);
  const sorted = lengths.toSorted((a, b) => a - b);
  for (const [index, length] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - index));
    if (length > share) return share;
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}

/** Start and end of a text; the middle is left out. */
function shorten(body: string, length: number): string {
  if (body.length <= length) return body;
  const half = Math.floor(length / 2);
  return `${body.slice(0, half)}\n… ${body.length - half * 2} characters left out …\n${half === 0 ? '' : body.slice(-half)}`;
}

/** A fence that the text does not hold. */
function fenced(body: string): string {
  const longest = Math.max(2, ...(body.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${body}\n${fence}`;
}

const FACTS = [
  'span.type',
  'span.status',
  'duration_ms',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'spanline.cost.usd',
  'trace_id',
  'span_id',
] as const satisfies readonly AttributeKey[];

function markdown(copied: Copied, tokens: number): string {
  const { record } = copied;
  const name = (record['span.name'] ?? '(no name)').replaceAll(/\s+/g, ' ');
  const facts = FACTS.flatMap((key) => (record[key] === undefined ? [] : [`- ${key}: ${String(record[key])}`]));
  const blocks = blocksOf(copied);
  const head = [`# ${name}`, '', ...facts].join('\n');
  const frame = head.length + blocks.reduce((sum, block) => sum + block.head.length + 60, 0);
  const length = fairLength(
    blocks.map(({ body }) => body.length),
    tokens * TOKEN - frame,
  );
  return [head, ...blocks.map((block) => `## ${block.head}\n\n${fenced(shorten(block.body, length))}`), ''].join(
    '\n\n',
  );
}

const shell = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

/** Addresses of providers. A log must not say where a key is sent to. */
const PROVIDERS: Readonly<Record<string, { readonly url: string; readonly headers: readonly string[] }>> = {
  openai: { url: 'https://api.openai.com/v1/chat/completions', headers: ['authorization: Bearer $OPENAI_API_KEY'] },
  anthropic: {
    url: 'https://api.anthropic.com/v1/messages',
    headers: ['x-api-key: $ANTHROPIC_API_KEY', 'anthropic-version: 2023-06-01'],
  },
};
const UNKNOWN = { url: '$BASE_URL/chat/completions', headers: ['authorization: Bearer $API_KEY'] };

/** A model call as a request. `undefined` for other spans. */
function curl({ record, input }: Copied): string | undefined {
  if (!isMessages(input)) return undefined;
  const provider = record['gen_ai.provider.name'] ?? '';
  const { url, headers } = (Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider] : undefined) ?? UNKNOWN;
  const messages = input.map((message) => ({ role: message.role, content: contentOf(message) }));
  const isAnthropic = provider === 'anthropic';
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const body = {
    model: record['gen_ai.request.model'],
    ...(isAnthropic ? { max_tokens: record['gen_ai.request.max_tokens'] ?? 1024 } : {}),
    ...(isAnthropic && system.length > 0 ? { system: system.join('\n\n') } : {}),
    messages: isAnthropic ? messages.filter(({ role }) => role !== 'system') : messages,
    temperature: record['gen_ai.request.temperature'],
    top_p: record['gen_ai.request.top_p'],
  };
  const lines = [
    `curl "${url}"`,
    ...['content-type: application/json', ...headers].map((header) => `-H "${header}"`),
    `-d ${shell(JSON.stringify(body, undefined, 2))}`,
  ];
  return `${lines.join(' \\\n  ')}\n`;
}

/** A value as source text. Line separators of JavaScript are escaped. */
const source = (value: unknown): string =>
  (JSON.stringify(value, undefined, 2) ?? 'undefined').replaceAll('\n', '\n  ');

function test({ record, input, output }: Copied): string {
  const name = record['span.name'] ?? 'span';
  return `import { expect, it } from 'vitest';
import { run } from './your-code.js';

it(${JSON.stringify(`${name} answers as in trace ${record.trace_id ?? ''}`)}, async () => {
  const input = ${source(input)};
  const output = ${source(output)};
  expect(await run(input)).toEqual(output);
});
`;
}

/** A copy of a span. @returns `undefined` if the span has none of this kind */
export function copySpan(kind: CopyKind, copied: Copied, tokens: number): string | undefined {
  switch (kind) {
    case 'markdown':
      return markdown(copied, tokens);
    case 'curl':
      return curl(copied);
    case 'test':
      return test(copied);
    default:
      return `${JSON.stringify(copied.record, undefined, 2)}\n`;
  }
}

/** Text of the last answer among values. */
export const answerText = (output: unknown): string =>
  isMessages(output) ? output.map(contentOf).join('\n\n') : (text(output) ?? '');
