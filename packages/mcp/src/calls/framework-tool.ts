/** The span of a tool that a framework calls over MCP. */

import { currentSpan, type Span } from '@spanline/core';
import { announcedTools, attributesOf } from '@spanline/instrumentation';

/** True for the open span of a tool with this name, to which no request was added yet. */
function isCallOf(span: Span, name: string): boolean {
  if (span.type !== 'tool' || !span.isRecording) return false;
  const { 'gen_ai.tool.name': outer, 'mcp.method.name': method } = attributesOf(span) ?? {};
  if (method !== undefined) return false;
  const called = typeof outer === 'string' ? outer : span.name;
  return called === name || called.endsWith(`__${name}`);
}

/**
 * The current span, if it is that of the called tool: a span of a framework or of the application, with the tool's
 * name. A framework that runs several tools in one function has announced theirs. Adapters may put the server's name in
 * front, with two underscores (`shelf__add`). The GenAI conventions ask for no second span there: the attributes of MCP
 * are added to it. A tool that calls other tools, or the same one again, has spans for them.
 */
export function frameworkTool(name: string | undefined): Span | undefined {
  const span = currentSpan();
  if (span === undefined || name === undefined) return undefined;
  return [span, ...announcedTools(span)].find((candidate) => isCallOf(candidate, name));
}
