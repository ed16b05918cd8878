/**
 * Arguments of callbacks, in the order in which LangChain's callback manager passes them. The published types have
 * another order.
 */

import type { EndArguments } from './runs/open-runs.ts';

type Metadata = Record<string, unknown>;

/** Arguments after the model and its input. */
export type ModelStartArguments = [
  runId: string,
  parentRunId?: string,
  extra?: Record<string, unknown>,
  tags?: string[],
  metadata?: Metadata,
  runName?: string,
];

/** Arguments after the tool and its input, or the retriever and its query. */
export type StepStartArguments = [
  runId: string,
  parentRunId?: string,
  tags?: string[],
  metadata?: Metadata,
  runName?: string,
  toolCallId?: string,
];

/** Arguments after the outputs of a chain. */
export type ChainEndArguments = [...end: EndArguments, kwargs?: { inputs?: unknown }];

/** Arguments after the answer of a model. */
export type ModelEndArguments = [...end: EndArguments, extra?: Record<string, unknown>];
