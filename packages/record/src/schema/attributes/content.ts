import type { AttributeRows } from './row.ts';

// Content: what the capture mode governs. A line holds it last, in this order.

/** Content. */
export const CONTENT = {
  'spanline.prompt.template': { kind: 'text', privacy: 'content', settable: true, prose: true, side: 'input', shrink: 4, docs: 'Template of the prompt.' },
  'spanline.prompt.variables': { kind: 'json', privacy: 'content', settable: true, side: 'input', shrink: 3, docs: 'Variables of the prompt.' },
  'gen_ai.retrieval.query.text': { kind: 'text', privacy: 'content', settable: true, prose: true, side: 'input', shrink: 12, docs: 'Query of a retrieval.' },
  'db.query.text': { kind: 'text', privacy: 'content', settable: true, prose: true, side: 'input', shrink: 10, docs: 'Query of a database call.' },
  'spanline.search.query': { kind: 'text', privacy: 'content', settable: true, prose: true, side: 'input', shrink: 11, docs: 'Query of a search.' },
  'gen_ai.system_instructions': { kind: 'json', privacy: 'content', settable: true, side: 'input', shrink: 9, docs: 'System instructions, as message parts.' },
  'gen_ai.input.messages': { kind: 'json', privacy: 'content', settable: true, side: 'input', shape: 'messages', shrink: 5, docs: 'Messages that were sent to the model.' },
  'gen_ai.output.messages': { kind: 'json', privacy: 'content', settable: true, side: 'output', shape: 'messages', shrink: 13, docs: 'Messages that the model answered.' },
  'gen_ai.tool.definitions': { kind: 'json', privacy: 'content', settable: true, side: 'input', shrink: 2, docs: 'Tools that were offered to the model.' },
  'gen_ai.tool.call.arguments': { kind: 'json', privacy: 'content', settable: true, side: 'input', shrink: 6, docs: 'Arguments of the call.' },
  'gen_ai.tool.call.result': { kind: 'json', privacy: 'content', settable: true, side: 'output', shrink: 8, docs: 'Result of the call.' },
  'gen_ai.retrieval.documents': { kind: 'json', privacy: 'content', settable: true, side: 'output', shape: 'documents', shrink: 1, docs: 'Documents that were returned.' },
  'spanline.events': { kind: 'json', privacy: 'content', settable: true, side: 'output', shape: 'any', shrink: 1, docs: 'Events of an OpenTelemetry span that no other key has: name, time, attributes.' },
  'spanline.input': { kind: 'json', privacy: 'content', settable: true, side: 'input', shape: 'any', shrink: 7, docs: 'Input that has no GenAI shape.' },
  'spanline.output': { kind: 'json', privacy: 'content', settable: true, side: 'output', shape: 'any', shrink: 14, docs: 'Output that has no GenAI shape.' },
} as const satisfies AttributeRows;
