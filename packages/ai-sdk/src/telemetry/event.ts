/** Facts of the events of `ai` 7. */

import type { SpanOptions } from '@spanline/core';
import { type Props, props, text } from '@spanline/instrumentation';
import { type Cut, failedWith } from '../calls/cut.ts';
import type { ToolResult } from '../calls/steps.ts';

/** When an event happened, in milliseconds since the epoch, if it says so. */
export const timeOf = ({ timestamp }: Props): number | undefined =>
  typeof timestamp === 'number' ? timestamp : undefined;

/** The id of the call. Events of tools have none where a workflow agent runs them. */
export function idOf(event: Props): string | undefined {
  const id = String(event['callId']);
  return id === 'undefined' ? undefined : id;
}

/** The result of a tool. A workflow reports it beside the call. */
export function toolResult(event: Props): ToolResult {
  const { toolOutput = event } = event;
  const { type, success, output, error } = props(toolOutput);
  return { output, failure: type === 'tool-error' || success === false ? { error } : undefined };
}

/** A durable run whose model calls were reported live reports itself once more when it has ended. */
export const isReplay = ({ durableContext }: Props): boolean => props(durableContext)['phase'] === 'replay';

const NO_PARENT: Pick<SpanOptions, 'parent'> = Object.freeze({});

/** The run of a durable workflow, which may have begun in another process. */
export function durableParent({ durableContext }: Props): Pick<SpanOptions, 'parent'> {
  if (durableContext === undefined) return NO_PARENT;
  const { traceId, rootSpanId, parentSpanContext, samplingDecision } = props(props(durableContext)['run']);
  const { spanId } = props(parentSpanContext);
  const known = isReplay({ durableContext }) ? (spanId ?? rootSpanId) : rootSpanId;
  if (typeof traceId !== 'string' || typeof known !== 'string') return {};
  return { parent: { traceId, spanId: known, traceFlags: samplingDecision === 0 ? 0 : 1 } };
}

/** True for the copy of an error. Those of the web refuse to be read. */
function isWordless(error: Props): boolean {
  try {
    return error['message'] === '';
  } catch {
    return true;
  }
}

/** The provider's words, in the usual place of its answer. */
function providerMessage({ data }: Props): string | undefined {
  try {
    return text(props(props(data)['error'])['message']);
  } catch {
    return undefined;
  }
}

const NO_MESSAGE = 'the AI SDK reported the failure without its message';

/**
 * The error of a failed call. A workflow agent reports the error in place of an event. The SDK copies that, and a copy
 * of an error has no message.
 */
export function failureIn(event: Props): Cut {
  if (idOf(event) !== undefined) return { failure: { error: event['error'] } };
  if (!isWordless(event)) return failedWith(event);
  return failedWith(Object.create(event, { message: { value: providerMessage(event) ?? NO_MESSAGE } }));
}
