import { defaultTracer, type Tracer } from '@spanline/core';
import { createGuard, type Guard } from '@spanline/instrumentation';
import { checkOptions } from '@spanline/record';
import type {
  ChainEndArguments,
  ModelEndArguments,
  ModelStartArguments,
  StepStartArguments,
} from './callback-arguments.ts';
import { toModelMessages } from './objects/messages.ts';
import { toRunStart } from './objects/run-start.ts';
import { HANDLER_SHAPE, type SpanlineCallbackHandlerOptions } from './options.ts';
import { followLangChain } from './runs/langchain-context.ts';
import { type EndArguments, OpenRuns } from './runs/open-runs.ts';
import { SCOPE } from './scope.ts';
import { describeChainEnd, startChain } from './steps/chain.ts';
import { writeCustomEvent } from './steps/custom-event.ts';
import { GRAPH_HANDLER, recordInterrupt, recordResume } from './steps/interrupts.ts';
import { describeModelEnd, failModel, setMessages, startModel, streamEvent, streamToken } from './steps/model.ts';
import { startRetriever } from './steps/retriever.ts';
import { ToolCalls } from './steps/tool-calls.ts';
import { describeToolEnd, startTool } from './steps/tool.ts';

/**
 * LangChain.js callback handler. Writes a span for each chain, prompt, model call, parser, retriever, tool and agent,
 * under the request that called it. One handler serves the whole process. Pass it to a call, as `{ callbacks: [handler]
 * }`, or to a component's constructor.
 *
 * - LangChain awaits it, so that spans get the right request and the right times.
 * - It never throws into the application, except for errors of `beforeCall`.
 * - Logs and spans of the application inside a tool, a lambda or a node belong to that run.
 *
 * @example
 * ```ts
 * import { FakeListChatModel } from '@langchain/core/utils/testing';
 * import { createTracer } from '@spanline/core';
 * import { SpanlineCallbackHandler } from '@spanline/langchain';
 *
 * const handler = new SpanlineCallbackHandler({ tracer: createTracer() });
 * const model = new FakeListChatModel({ responses: ['Hello!'] });
 * await model.invoke('Hi', { callbacks: [handler] });
 * ```
 */
export class SpanlineCallbackHandler {
  readonly name = 'spanline_callback_handler';
  /** LangChain runs handlers that it does not await in the async context of another request. */
  readonly awaitHandlers = true;
  /** True with `beforeCall`, whose errors LangChain must rethrow. */
  readonly raiseError: boolean;
  /** The `ignore…` flags are true if the tracer is disabled and no `beforeCall` is set: LangChain skips the handler. */
  readonly ignoreLLM: boolean;
  readonly ignoreChain: boolean;
  readonly ignoreAgent: boolean;
  readonly ignoreRetriever: boolean;
  readonly ignoreCustomEvent: boolean;
  readonly lc_serializable = false;
  readonly #tracer: Tracer;
  readonly #all: boolean;
  readonly #guard: Guard;
  readonly #beforeCall: (() => void) | undefined;
  readonly #runs: OpenRuns;
  readonly #toolCalls = new ToolCalls();

  /** @throws SpanlineError `ERR_INVALID_OPTION` */
  constructor(options: SpanlineCallbackHandlerOptions = {}) {
    checkOptions(HANDLER_SHAPE, options);
    Object.defineProperty(this, GRAPH_HANDLER, { value: true });
    this.#tracer = options.tracer ?? defaultTracer();
    this.#all = options.include === 'all';
    this.#beforeCall = options.beforeCall;
    this.raiseError = options.beforeCall !== undefined;
    this.#guard = createGuard(this.#tracer);
    const isIgnoring = !this.#tracer.enabled && this.#beforeCall === undefined;
    this.ignoreLLM = isIgnoring;
    this.ignoreChain = isIgnoring;
    this.ignoreAgent = isIgnoring;
    this.ignoreRetriever = isIgnoring;
    this.ignoreCustomEvent = isIgnoring;
    const capture = options.capture === undefined ? {} : { capture: options.capture };
    const runs = new OpenRuns(this.#tracer, { scope: SCOPE, ...capture });
    this.#runs = runs;
    // The function must not keep the handler.
    if (this.#tracer.enabled) followLangChain(this, (runId) => runs.get(runId)?.span);
  }

  /** LangChain copies handlers. All copies must share one state. */
  copy(): this {
    return this;
  }

  handleChainStart(
    chain: unknown,
    inputs: unknown,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Record<string, unknown>,
    runType?: string,
    runName?: string,
    extra?: Record<string, unknown>,
  ): void {
    if (runType === 'llm') this.#beforeCall?.();
    this.#guard('langchain chain start', () => {
      const start = toRunStart(runId, parentRunId, tags, metadata);
      const given = { chain, inputs, runType, runName, extra, keepsPlumbing: this.#all };
      startChain(this.#runs, this.#guard, start, given);
    });
  }

  handleChainEnd(
    outputs: unknown,
    runId: ChainEndArguments[0],
    parentRunId?: ChainEndArguments[1],
    tags?: ChainEndArguments[2],
    kwargs?: ChainEndArguments[3],
  ): void {
    this.#guard('langchain chain end', () =>
      this.#runs.end([runId, parentRunId, tags], (run) => {
        const recorded = describeChainEnd(run, this.#guard, { outputs, inputs: kwargs?.inputs });
        this.#toolCalls.recordWithoutRun(this.#runs, run, recorded);
      }),
    );
  }

  handleChainError(error: unknown, ...end: EndArguments): void {
    this.#guard('langchain chain error', () => failModel(this.#runs, end, error));
  }

  handleChatModelStart(
    llm: unknown,
    messages: unknown[][],
    ...[runId, parentRunId, extra, tags, metadata, runName]: ModelStartArguments
  ): void {
    this.#beforeCall?.();
    this.#guard('langchain model start', () => {
      const start = toRunStart(runId, parentRunId, tags, metadata);
      const input = messages.flat();
      const given = { operation: 'chat', llm, extra, runName, question: input.at(-1) } as const;
      const span = startModel(this.#runs, start, given);
      if (span !== undefined) setMessages(this.#runs, runId, span, toModelMessages(input));
    });
  }

  handleLLMStart(
    llm: unknown,
    prompts: string[],
    ...[runId, parentRunId, extra, tags, metadata, runName]: ModelStartArguments
  ): void {
    this.#beforeCall?.();
    this.#guard('langchain llm start', () => {
      const start = toRunStart(runId, parentRunId, tags, metadata);
      const given = { operation: 'text_completion', llm, extra, runName, question: prompts.at(-1) } as const;
      startModel(this.#runs, start, given)?.set({ 'gen_ai.operation.name': given.operation }).input(prompts);
    });
  }

  handleLLMNewToken(
    token: string,
    _idx: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    fields?: unknown,
  ): void {
    const run = this.#runs.own(runId);
    if (run !== undefined) this.#guard('langchain token', streamToken, run, token, fields);
  }

  handleChatModelStreamEvent(event: unknown, runId: string): void {
    const run = this.#runs.own(runId);
    if (run !== undefined) this.#guard('langchain stream event', streamEvent, run, event);
  }

  handleLLMEnd(output: unknown, ...[runId, parentRunId, tags, extra]: ModelEndArguments): void {
    this.#guard('langchain llm end', () =>
      this.#runs.end([runId, parentRunId, tags], (run) => describeModelEnd(run, output, extra)),
    );
  }

  handleLLMError(error: unknown, ...end: EndArguments): void {
    this.#guard('langchain llm error', () => failModel(this.#runs, end, error));
  }

  handleRetrieverStart(
    retriever: unknown,
    query: string,
    ...[runId, parentRunId, tags, metadata, name]: StepStartArguments
  ): void {
    this.#guard('langchain retriever start', () =>
      startRetriever(this.#runs, toRunStart(runId, parentRunId, tags, metadata), retriever, query, name),
    );
  }

  handleRetrieverEnd(documents: unknown, ...end: EndArguments): void {
    this.#guard('langchain retriever end', () => this.#runs.end(end, ({ span }) => span.output(documents)));
  }

  handleRetrieverError(error: unknown, ...end: EndArguments): void {
    this.#guard('langchain retriever error', () => this.#runs.fail(end, error));
  }

  handleToolStart(
    tool: unknown,
    input: string,
    ...[runId, parentRunId, tags, metadata, runName, toolCallId]: StepStartArguments
  ): void {
    this.#guard('langchain tool start', () => {
      const start = toRunStart(runId, parentRunId, tags, metadata);
      const span = startTool(this.#runs, start, { tool, input, runName, toolCallId });
      if (span !== undefined) this.#toolCalls.recorded(span, toolCallId);
    });
  }

  handleToolEnd(output: unknown, ...end: EndArguments): void {
    this.#guard('langchain tool end', () =>
      this.#runs.end(end, ({ span }) => this.#toolCalls.recorded(span, describeToolEnd(span, output))),
    );
  }

  handleToolError(error: unknown, ...end: EndArguments): void {
    this.#guard('langchain tool error', () => {
      this.#toolCalls.failed(this.#runs.get(end[0]), this.#runs.outer(end[1]));
      this.#runs.fail(end, error);
    });
  }

  /** An event that the application dispatches becomes an instant span inside the run. */
  handleCustomEvent(eventName: string, data: unknown, runId: string): void {
    this.#guard('langchain custom event', () => {
      const run = this.#runs.own(runId);
      if (run !== undefined) writeCustomEvent(this.#runs, run, eventName, data);
    });
  }

  /** LangGraph calls it when a graph waits for a human. */
  handleInterrupt(event: unknown): void {
    this.#guard('langgraph interrupt', () => recordInterrupt(this.#tracer, this.#runs, event));
  }

  /** LangGraph calls it when a run resumes after the human's answer. */
  handleResume(event: unknown): void {
    this.#guard('langgraph resume', () => recordResume(this.#tracer, this.#runs, event));
  }
}
