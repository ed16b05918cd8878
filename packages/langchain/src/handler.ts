import { defaultTracer, type Tracer } from '@spanline/core';
import { bag, createGuard, type Guard, text } from '@spanline/instrumentation';
import { describeChainEnd, startChain } from './chains.ts';
import { writeCustomEvent } from './custom-events.ts';
import { GRAPH_HANDLER, interruptedTraces } from './graph.ts';
import { followLangChain } from './langchain-context.ts';
import { toModelMessages } from './messages.ts';
import { startModel } from './model-call.ts';
import { readModelError, readModelOutput } from './model-output.ts';
import { classNameOf } from './names.ts';
import { type EndArguments, OpenRuns } from './open-runs.ts';
import { checkOptions, type SpanlineCallbackHandlerOptions } from './options.ts';
import { SCOPE } from './scope.ts';
import { toStart } from './start.ts';
import { addStreamEvent, addToken, answerSoFar, createStreamedTokens, type StreamedTokens } from './tokens.ts';
import { readToolOutput, startTool } from './tool-call.ts';
import { ToolCalls } from './tool-calls.ts';

/** What LangChain passes with the end of a chain. */
type ChainEndArguments = [...end: EndArguments, kwargs?: { inputs?: unknown }];
/** What LangChain passes with the end of a model call. */
type ModelEndArguments = [...end: EndArguments, extra?: Record<string, unknown>];

/**
 * LangChain.js callback handler: a span per chain, prompt, model call, parser, retriever, tool and agent, under the request that asked for it. One handler serves the whole process; give
 * it to a call (`{ callbacks: [handler] }`) or to a component's constructor.
 *
 * It is awaited, so that it sees the right request and the right times, it never throws into the application, and what the application logs or traces inside a tool, a
 * lambda or a node stands under that run.
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
  /** Background handlers run in the async context of whichever request happens to be served. */
  readonly awaitHandlers = true;
  /** Only what `beforeCall` throws reaches LangChain. */
  readonly raiseError: boolean;
  /** Whether LangChain shall not call it at all: where the tracer is disabled. A `beforeCall` is asked all the same. */
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
    checkOptions(options);
    Object.defineProperty(this, GRAPH_HANDLER, { value: true });
    this.#tracer = options.tracer ?? defaultTracer();
    this.#all = options.include === 'all';
    this.#beforeCall = options.beforeCall;
    this.raiseError = options.beforeCall !== undefined;
    this.#guard = createGuard(this.#tracer);
    const isDeaf = !this.#tracer.enabled && this.#beforeCall === undefined;
    this.ignoreLLM = isDeaf;
    this.ignoreChain = isDeaf;
    this.ignoreAgent = isDeaf;
    this.ignoreRetriever = isDeaf;
    this.ignoreCustomEvent = isDeaf;
    const capture = options.capture === undefined ? {} : { capture: options.capture };
    const runs = new OpenRuns(this.#tracer, { scope: SCOPE, ...capture });
    this.#runs = runs;
    if (this.#tracer.enabled) followLangChain(this, (runId) => runs.get(runId)?.span);
  }

  /** LangChain copies handlers; runs are known to one. */
  copy(): this {
    return this;
  }

  /** Arguments in the order in which the callback manager passes them; the published types tell another. */
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
      const start = toStart(runId, parentRunId, tags, metadata);
      startChain(this.#runs, start, { chain, inputs, runType, runName, extra, keepsPlumbing: this.#all });
    });
  }

  handleChainEnd(outputs: unknown, ...[runId, parentRunId, tags, kwargs]: ChainEndArguments): void {
    this.#guard('langchain chain end', () =>
      this.#runs.end([runId, parentRunId, tags], (run) => {
        describeChainEnd(run, outputs, kwargs);
        for (const { options, error } of this.#toolCalls.withoutRun(outputs, run)) {
          this.#runs.moment(run.span, options).fail(error).end();
        }
      }),
    );
  }

  #failed(error: unknown, end: EndArguments): void {
    const run = this.#runs.get(end[0]);
    try {
      if (run?.owned === true && run.span.type === 'llm') run.span.set(readModelError(error));
    } finally {
      this.#runs.fail(end, error);
    }
  }

  handleChainError(error: unknown, ...end: EndArguments): void {
    this.#guard('langchain chain error', () => this.#failed(error, end));
  }

  handleChatModelStart(
    llm: unknown,
    messages: unknown[][],
    runId: string,
    parentRunId?: string,
    extra?: Record<string, unknown>,
    tags?: string[],
    metadata?: Record<string, unknown>,
    runName?: string,
  ): void {
    this.#beforeCall?.();
    this.#guard('langchain model start', () => {
      const start = toStart(runId, parentRunId, tags, metadata);
      const asked = messages.flat();
      const given = { operation: 'chat', llm, extra, runName, question: asked.at(-1) } as const;
      startModel(this.#runs, start, given)?.set({ 'gen_ai.input.messages': toModelMessages(asked) });
    });
  }

  handleLLMStart(
    llm: unknown,
    prompts: string[],
    runId: string,
    parentRunId?: string,
    extra?: Record<string, unknown>,
    tags?: string[],
    metadata?: Record<string, unknown>,
    runName?: string,
  ): void {
    this.#beforeCall?.();
    this.#guard('langchain llm start', () => {
      const start = toStart(runId, parentRunId, tags, metadata);
      const given = { operation: 'text_completion', llm, extra, runName, question: prompts.at(-1) } as const;
      startModel(this.#runs, start, given)?.set({ 'gen_ai.operation.name': 'text_completion' }).input(prompts);
    });
  }

  #streamed(where: string, runId: string, add: (tokens: StreamedTokens) => boolean): void {
    this.#guard(where, () => {
      const run = this.#runs.told(runId);
      if (run === undefined) return;
      const tokens = (run.data.tokens ??= createStreamedTokens());
      if (add(tokens)) run.span.set(answerSoFar(tokens));
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
    this.#streamed('langchain token', runId, (tokens) => addToken(tokens, token, fields));
  }

  handleChatModelStreamEvent(event: unknown, runId: string): void {
    this.#streamed('langchain stream event', runId, (tokens) => addStreamEvent(tokens, event));
  }

  handleLLMEnd(output: unknown, ...[runId, parentRunId, tags, extra]: ModelEndArguments): void {
    this.#guard('langchain llm end', () =>
      this.#runs.end([runId, parentRunId, tags], ({ span, data }) => {
        const cached = data.cached || bag(extra)['cached'] === true;
        span.set(readModelOutput(output, { startedMs: data.startedMs, tokens: data.tokens, cached }));
      }),
    );
  }

  handleLLMError(error: unknown, ...end: EndArguments): void {
    this.#guard('langchain llm error', () => this.#failed(error, end));
  }

  handleRetrieverStart(
    retriever: unknown,
    query: string,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Record<string, unknown>,
    name?: string,
  ): void {
    this.#guard('langchain retriever start', () => {
      const source = text(name) ?? classNameOf(retriever) ?? 'documents';
      const options = { name: `retrieval ${source}`, type: 'retriever', input: query } as const;
      this.#runs.begin(toStart(runId, parentRunId, tags, metadata), options);
    });
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
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Record<string, unknown>,
    runName?: string,
    toolCallId?: string,
  ): void {
    this.#guard('langchain tool start', () => {
      const start = toStart(runId, parentRunId, tags, metadata);
      const span = startTool(this.#runs, start, { tool, input, runName, toolCallId });
      if (span !== undefined) this.#toolCalls.hasRun(span, toolCallId);
    });
  }

  handleToolEnd(output: unknown, ...end: EndArguments): void {
    this.#guard('langchain tool end', () =>
      this.#runs.end(end, ({ span }) => {
        const { result, callId, error } = readToolOutput(output);
        this.#toolCalls.hasRun(span, callId);
        span.set({ 'gen_ai.tool.call.id': callId }).output(result);
        if (error !== undefined) span.fail(error);
      }),
    );
  }

  handleToolError(error: unknown, ...end: EndArguments): void {
    this.#guard('langchain tool error', () => {
      this.#toolCalls.failed(this.#runs.get(end[0]), this.#runs.outerOf(end[1]));
      this.#runs.fail(end, error);
    });
  }

  /** What the application dispatches is a span without duration inside the run. */
  handleCustomEvent(eventName: string, data: unknown, runId: string): void {
    this.#guard('langchain custom event', () => {
      const run = this.#runs.told(runId);
      if (run !== undefined) writeCustomEvent(this.#runs, run, eventName, data);
    });
  }

  /** LangGraph: the graph waits for a human. Its run ends well a little later. */
  handleInterrupt(event: unknown): void {
    this.#guard('langgraph interrupt', () => interruptedTraces(this.#tracer).interrupt(this.#runs, event));
  }

  /** LangGraph: the human has answered, and another run goes on. */
  handleResume(event: unknown): void {
    this.#guard('langgraph resume', () => interruptedTraces(this.#tracer).resume(this.#runs, event));
  }
}
