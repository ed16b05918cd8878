/** A trace as a case of a rerun, or the reason why it is none. Nothing is made up in the place of what a line lacks. */
import type { PromptReference } from '@spanline/core';
import type { Prompt } from '@spanline/prompts';
import { type Message, SpanlineError, type SpanRecord, text } from '@spanline/record';
import { readRecording, type RecordedCall, type RecordedModelCall, type Recording } from '@spanline/replay';
import { type Api, bodyOf, type ModelCall, UnsentPart } from './model/body.ts';
import { withPrompt } from './new-prompt.ts';
import type { PickedTrace } from './pick-traces.ts';

/** The difference from the recording. */
export interface Change {
  /** @defaultValue the recorded model of each call */
  readonly model: string | undefined;
  /** @defaultValue the recorded messages */
  readonly prompt: Prompt | undefined;
  /** Fields of the body that are set instead; `undefined` leaves one out. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Model calls of this name of a span alone. @defaultValue all, of a prompt its own calls */
  readonly step: string | undefined;
}

/** A model call that is made again. */
export interface Step {
  readonly recorded: RecordedModelCall;
  readonly call: ModelCall;
  readonly body: Readonly<Record<string, unknown>>;
  readonly reference: PromptReference | undefined;
}

/** A trace that is run again. */
export interface Case {
  readonly traceId: string;
  readonly lines: readonly SpanRecord[];
  readonly recording: Recording;
  /** Empty if a program makes the calls. */
  readonly steps: readonly Step[];
}

/** A trace that is not run again. */
export interface Skipped {
  readonly traceId: string;
  /** A sentence without a full stop, the same for all traces that it is true of. */
  readonly reason: string;
}

/** How requests are made. */
export interface Asking {
  readonly api: Api;
  readonly host: string;
  readonly maxTokens: number;
  /** Also ask with placeholders in the place of personal data. */
  readonly withRedacted: boolean;
}

const UNFINISHED: ReadonlySet<string> = new Set(['aborted', 'abandoned', 'unfinished', 'interrupted']);

/** Why a call cannot stand in a comparison, whether it is asked again or is evidence. */
function lackOf(call: RecordedCall, withRedacted: boolean): string | undefined {
  const [fault] = call.faults;
  const kind = call.kind === 'model' ? 'a model call' : `a ${call.kind}`;
  if (fault !== undefined) return `${kind}: ${fault.reason.replaceAll(/\b[0-9a-f]{16}#\S+/g, 'another line')}`;
  if (call.isRedacted && !withRedacted)
    return `${kind}: personal data was replaced; --redacted asks with placeholders such as [EMAIL_1]`;
  return undefined;
}

function modelLack(call: RecordedModelCall): string | undefined {
  const { record, messages, answers, tools } = call;
  if (UNFINISHED.has(record['span.status'] ?? '')) return 'a model call was not finished';
  if (messages === undefined || messages.length === 0) return 'a model call: its input is on no line';
  if (record['span.status'] !== 'ok') return undefined;
  if (answers.length === 0) return 'a model call: its answer is on no line';
  const calls = answers.some(({ parts }) => parts.some(({ type }) => type === 'tool_call'));
  return calls && tools.length === 0 ? 'a model call: the definitions of its tools are on no line' : undefined;
}

/** Model calls that the change is about. */
function chosen({ calls }: Recording, { prompt, step }: Change): RecordedModelCall[] | string {
  const models = calls.filter((call) => call.kind === 'model');
  if (step !== undefined) {
    const named = models.filter(({ record }) => record['span.name'] === step);
    return named.length === 0 ? `no model call has the name ${JSON.stringify(step)}` : named;
  }
  if (prompt === undefined || models.every(({ record }) => record['gen_ai.prompt.name'] === undefined)) return models;
  const own = models.filter(({ record }) => record['gen_ai.prompt.name'] === prompt.name);
  return own.length === 0 ? `no model call has the prompt ${JSON.stringify(prompt.name)}; --step names calls` : own;
}

function stepOf(recorded: RecordedModelCall, change: Change, asking: Asking): Step | string {
  const { model: given, prompt, settings } = change;
  const model = given ?? recorded.model ?? text(recorded.record['gen_ai.response.model']);
  if (model === undefined) return 'a model call: its model is on no line; --model names one';
  const prompted = prompt === undefined ? undefined : withPrompt(recorded, prompt);
  if (typeof prompted === 'string') return prompted;
  const messages: readonly Message[] = prompted?.messages ?? recorded.messages ?? [];
  const { tools, parameters } = recorded;
  const call: ModelCall = { model, messages, tools, parameters, maxTokens: asking.maxTokens };
  try {
    const body = bodyOf(asking.api, asking.host, call, settings);
    return { recorded, call, body, reference: prompted?.reference };
  } catch (error) {
    if (error instanceof UnsentPart) return error.message;
    throw error;
  }
}

/** Reads a trace. `undefined` instead of a way to ask: a program makes the calls. */
export function toCase(
  { traceId, lines }: PickedTrace,
  change: Change,
  asking: Asking | undefined,
  withRedacted: boolean,
): Case | Skipped {
  const skip = (reason: string): Skipped => ({ traceId, reason });
  let recording: Recording;
  try {
    recording = readRecording(lines, traceId);
  } catch (error) {
    if (error instanceof SpanlineError) return skip('its lines cannot be read');
    throw error;
  }
  for (const call of recording.calls) {
    const lack = lackOf(call, withRedacted);
    if (lack !== undefined) return skip(lack);
  }
  if (asking === undefined) return { traceId, lines, recording, steps: [] };
  const models = chosen(recording, change);
  if (typeof models === 'string') return skip(models);
  const steps: Step[] = [];
  for (const model of models) {
    const step = modelLack(model) ?? stepOf(model, change, asking);
    if (typeof step === 'string') return skip(step);
    steps.push(step);
  }
  return { traceId, lines, recording, steps };
}
