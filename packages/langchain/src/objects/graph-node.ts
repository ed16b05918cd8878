/** LangGraph's nodes, and the interrupts they throw. */

import type { SpanAttributes } from '@spanline/core';
import { props, type Props, text } from '@spanline/instrumentation';
import { readable } from './readable.ts';

/** Attributes of a graph node, from its metadata. */
export function nodeAttributes(node: string, metadata: Props): SpanAttributes {
  const step = Number(metadata['langgraph_step']);
  return {
    'spanline.langgraph.node': node,
    'spanline.langgraph.step': Number.isInteger(step) ? step : undefined,
    'spanline.langgraph.checkpoint_id': text(metadata['checkpoint_id']),
    'spanline.langgraph.thread_id': text(metadata['thread_id']),
  };
}

/** Questions to the human, from the error that a node throws (`GraphInterrupt`). */
export function interruptsOf(error: unknown): unknown {
  const { interrupts } = props(error);
  return Array.isArray(interrupts) && interrupts.length > 0 ? readable(interrupts) : undefined;
}
