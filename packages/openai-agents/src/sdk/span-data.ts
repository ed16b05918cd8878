/** The SDK's kinds of spans: type and name at the start, and facts at the end. */

import type { Span, SpanAttributes, SpanType } from '@spanline/core';
import { list, type Props, props, text } from '@spanline/instrumentation';

/** The start of a span. */
export interface StepStart {
  readonly type: SpanType;
  readonly name: string;
  readonly attributes: SpanAttributes;
}

/** The start of a text that may be JSON. An error of the parser costs more than everything else of a span. */
const MAY_BE_JSON = /^\s*(?:[[{"\d-]|(?:true|false|null)\s*$)/;

/** JSON of a model or of a tool. Text that is none stays text. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !MAY_BE_JSON.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const named = (name: unknown, otherwise: string): string => text(name) ?? otherwise;

const STARTS: Readonly<Record<string, (data: Props) => StepStart>> = {
  agent({ name }) {
    const agent = named(name, 'agent');
    return { type: 'agent', name: `invoke_agent ${agent}`, attributes: { 'gen_ai.agent.name': agent } };
  },
  function({ name }) {
    const tool = named(name, 'tool');
    return {
      type: 'tool',
      name: `execute_tool ${tool}`,
      attributes: { 'gen_ai.tool.name': tool, 'gen_ai.tool.type': 'function' },
    };
  },
  guardrail({ name }) {
    const guardrail = named(name, 'guardrail');
    return { type: 'guardrail', name: guardrail, attributes: { 'spanline.guardrail.name': guardrail } };
  },
  handoff: () => ({ type: 'task', name: 'handoff', attributes: {} }),
  mcp_tools: () => ({ type: 'task', name: 'tools/list', attributes: { 'mcp.method.name': 'tools/list' } }),
  response: () => ({ type: 'llm', name: 'chat model', attributes: {} }),
  generation: () => ({ type: 'llm', name: 'chat model', attributes: {} }),
  custom: ({ name }) => ({ type: 'task', name: named(name, 'custom'), attributes: {} }),
};

/** The start of a span. A kind that is not known is a task of its name. */
export function startOf(data: Props): StepStart {
  const type = text(data['type']) ?? 'span';
  return STARTS[type]?.(data) ?? { type: 'task', name: type, attributes: {} };
}

const ENDS: Readonly<Record<string, (span: Span, data: Props) => unknown>> = {
  function(span, { input, output, mcp_data: mcp }) {
    const { server } = props(parsed(mcp));
    if (text(server) !== undefined) span.label('mcp_server', String(server));
    // The SDK begins with empty texts, and leaves them where the application keeps content from traces.
    if (input !== '') span.input(parsed(input));
    if (output !== '') span.output(parsed(output));
  },
  guardrail: (span, { triggered }) => span.set({ 'spanline.guardrail.action': triggered === true ? 'block' : 'pass' }),
  handoff(span, { from_agent: from, to_agent: to }) {
    if (text(from) !== undefined) span.label('handoff_from', String(from));
    if (text(to) !== undefined) span.label('handoff_to', String(to)).updateName(`handoff ${String(to)}`);
  },
  mcp_tools(span, { server, result }) {
    if (text(server) !== undefined) span.label('mcp_server', String(server));
    if (list(result).length > 0) span.output(result);
  },
  custom: (span, { data }) => span.input(data),
};

/** Sets the facts that are known at the end of a step. */
export function describeStep(span: Span, data: Props): void {
  ENDS[text(data['type']) ?? '']?.(span, data);
}
