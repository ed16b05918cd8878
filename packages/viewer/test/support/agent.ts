/** The lines of a supervisor that hands its work to a researcher, then to a writer. */

import { spanId, spanLine } from './lines.ts';

export const said = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

const json = (value: unknown): string => JSON.stringify(value);

interface Call {
  readonly span: number;
  readonly parent: number;
  readonly fromMs: number;
  readonly durationMs?: number;
  readonly input?: readonly unknown[];
  readonly output?: string;
}

/** A model call. Its input has references to the messages of earlier calls. */
const chat = ({ span, parent, fromMs, durationMs = 100, input = [], output = '' }: Call): string =>
  spanLine(
    { trace: 1, span, parent, fromMs, durationMs },
    {
      'span.type': 'llm',
      'span.name': 'chat gpt-4o',
      'gen_ai.request.model': 'gpt-4o',
      'spanline.cost.usd': 0.01,
      'gen_ai.input.messages': json(input),
      'gen_ai.output.messages': json([{ ...said('assistant', output), finish_reason: 'stop' }]),
    },
  );

const tool = (name: string, { span, parent, fromMs, durationMs = 100 }: Call, fields = {}): string =>
  spanLine(
    { trace: 1, span, parent, fromMs, durationMs },
    { 'span.type': 'tool', 'span.name': `execute_tool ${name}`, ...fields },
  );

const agent = (name: string, { span, parent, fromMs, durationMs = 100 }: Call): string =>
  spanLine(
    { trace: 1, span, parent, fromMs, durationMs },
    { 'span.type': 'agent', 'span.name': `invoke_agent ${name}` },
  );

/** Messages of an earlier call: of its input, the first ones; of its output, the answer. */
const before = (span: number, inputs: number): unknown[] => [
  { ref: `${spanId(span)}#i0${inputs > 1 ? `-${inputs - 1}` : ''}` },
  { ref: `${spanId(span)}#o0` },
];

export function agentLines(): string[] {
  const [root, lead, researcher, writer] = [1, 2, 10, 20];
  return [
    chat({
      span: 3,
      parent: lead,
      fromMs: 10,
      input: [said('system', 'You lead two agents.'), said('user', 'Report.')],
      output: 'Research first.',
    }),
    chat({
      span: 11,
      parent: researcher,
      fromMs: 120,
      input: [said('user', 'Find facts.')],
      output: 'I search twice.',
    }),
    tool('search', { span: 12, parent: researcher, fromMs: 230 }),
    tool(
      'search',
      { span: 13, parent: researcher, fromMs: 340 },
      { 'span.status': 'error', 'error.type': 'TimeoutError' },
    ),
    chat({
      span: 14,
      parent: researcher,
      fromMs: 450,
      input: [...before(11, 1), said('tool', 'nothing')],
      output: 'I search again.',
    }),
    tool('search', { span: 15, parent: researcher, fromMs: 560 }),
    tool('fetch', { span: 16, parent: researcher, fromMs: 565, durationMs: 150 }),
    chat({
      span: 17,
      parent: researcher,
      fromMs: 720,
      input: [...before(14, 3), said('tool', 'a fact')],
      output: 'I found a fact.',
    }),
    agent('researcher', { span: researcher, parent: lead, fromMs: 115, durationMs: 1000 }),
    chat({
      span: 4,
      parent: lead,
      fromMs: 1120,
      input: [...before(3, 2), said('tool', 'A fact.')],
      output: 'Now write.',
    }),
    chat({
      span: 21,
      parent: writer,
      fromMs: 1240,
      durationMs: 280,
      input: [said('user', 'Write.')],
      output: 'A text.',
    }),
    agent('writer', { span: writer, parent: lead, fromMs: 1230, durationMs: 300 }),
    chat({
      span: 5,
      parent: lead,
      fromMs: 1540,
      input: [...before(4, 4), said('tool', 'The text.')],
      output: 'The report is done.',
    }),
    agent('supervisor', { span: lead, parent: root, fromMs: 5, durationMs: 1900 }),
    spanLine({ trace: 1, span: root, durationMs: 2000 }, { 'span.type': 'http', 'span.name': 'POST /ask' }),
  ];
}
