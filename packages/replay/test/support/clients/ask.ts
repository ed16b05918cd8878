/** How an agent asks its model, whatever the client. */
import type { Tracer } from '@spanline/core';

/** A call of a tool. */
export interface Call {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A turn of the conversation: what was asked for, and the results. */
export interface Turn {
  readonly calls: readonly Call[];
  readonly results: readonly string[];
}

/** What an answer of a client says. */
interface Said {
  readonly text: string;
  readonly calls: readonly Call[];
}

/** Where and how the model is asked. */
export interface Asking {
  readonly tracer: Tracer;
  readonly url: string;
  readonly stream: boolean;
  readonly fetch: typeof fetch;
}

/** Asks the model once, over one client. */
export type Ask = (asking: Asking, question: string, turns: readonly Turn[]) => Promise<Said>;

/** System instructions of the agent. */
export const SYSTEM = 'Use the tools.';
/** Schema of the arguments of both tools. */
export const PARAMETERS = { type: 'object', properties: { x: {} }, additionalProperties: true } as const;
/** Names of the tools. */
export const NAMES = ['lookup', 'add'] as const;
