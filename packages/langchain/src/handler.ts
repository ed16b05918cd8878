import { defaultTracer, type Span, type SpanOptions, type Tracer } from '@spanline/core';
import {
  addContextResolver,
  callerSpan,
  createGuard,
  createRunRegistry,
  enterSpan,
  type Guard,
  type Run,
  type RunRegistry,
} from '@spanline/core/source';
import { type Bag, bag, first, text } from './bag.ts';
import { langChainSpan } from './langchain-context.ts';
import { readable, toModelMessages } from './messages.ts';
import { readModelCall } from './model-call.ts';
import { readBrokenAnswer, readModelError, readModelOutput } from './model-output.ts';
import {
  chainType,
  classNameOf,
  graphNodeOf,
  isPlumbing,
  retryAttempt,
  type RunFacts,
  userMetadata,
  userTags,
} from './names.ts';
import { checkOptions, type SpanlineCallbackHandlerOptions } from './options.ts';
import { SCOPE } from './scope.ts';
import { addStreamEvent, addToken, answerSoFar, createStreamedTokens, type StreamedTokens } from './tokens.ts';
import { readToolInput, readToolOutput } from './tool-call.ts';

/** What is kept of a run between its start and its end. */
interface RunData {
  readonly startedMs: number;
  /** A streamed chain gets its input late; LangChain says so. */
  readonly defersInput: boolean;
  /** The answer is to come from LangChain's cache; versions before 0.3.34 say so at the start, later ones at the end. */
  cached: boolean;
  tokens: StreamedTokens | undefined;
}

/** How a callback names the run and its surroundings. */
interface Start {
  readonly runId: string;
  readonly parentRunId: string | undefined;
  readonly tags: readonly string[];
  readonly metadata: Bag;
}

function toStart(runId: string, parentRunId: unknown, tags: unknown, metadata: unknown): Start {
  return { runId, parentRunId: text(parentRunId), tags: Array.isArray(tags) ? tags : [], metadata: bag(metadata) };
}

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
  readonly raiseError = false;
  readonly ignoreLLM = false;
  readonly ignoreChain = false;
  readonly ignoreAgent = false;
  readonly ignoreRetriever = false;
  /** Custom events of provider packages hold whole requests. */
  readonly ignoreCustomEvent = true;
  readonly lc_serializable = false;
  readonly #tracer: Tracer;
  readonly #all: boolean;
  readonly #defaults: Pick<SpanOptions, 'scope' | 'capture'>;
  readonly #guard: Guard;
  readonly #runs: RunRegistry<RunData>;

  /** @throws SpanlineError `ERR_INVALID_OPTION` */
  constructor(options: SpanlineCallbackHandlerOptions = {}) {
    checkOptions(options);
    this.#tracer = options.tracer ?? defaultTracer();
    this.#all = options.include === 'all';
    this.#defaults = { scope: SCOPE, ...(options.capture === undefined ? {} : { capture: options.capture }) };
    this.#guard = createGuard(this.#tracer);
    this.#runs = createRunRegistry<RunData>({ onAbandon: (run) => this.#keepPartial(run) });
    if (this.#tracer.enabled) addContextResolver(() => langChainSpan((runId) => this.#runs.get(runId)?.span));
  }

  /** LangChain copies handlers; runs are known to one. */
  copy(): this {
    return this;
  }

  #parent(start: Start): Span | undefined {
    return start.parentRunId === undefined ? undefined : this.#runs.get(start.parentRunId)?.span;
  }

  #begin(start: Start, options: SpanOptions, defersInput = false): Span | undefined {
    if (!this.#tracer.enabled || this.#runs.get(start.runId) !== undefined) return undefined;
    const parent = this.#parent(start);
    const span = this.#tracer.startSpan({ ...this.#defaults, ...options, ...(parent === undefined ? {} : { parent }) });
    this.#runs.start(start.runId, span, {
      startedMs: performance.now(),
      defersInput,
      cached: false,
      tokens: undefined,
    });
    if (start.parentRunId === undefined) this.#describeRoot(span, start);
    const attempt = retryAttempt(start.tags);
    if (attempt !== undefined) span.set({ 'spanline.retry.attempt': attempt });
    enterSpan(span);
    return span;
  }

  /** What the application said about the whole run stands on its root. */
  #describeRoot(span: Span, { tags, metadata }: Start): void {
    const own = userTags(tags);
    if (own.length > 0) span.tag(...own);
    for (const [key, value] of Object.entries(userMetadata(metadata))) span.label(key, value);
    span.set({ 'spanline.langgraph.thread_id': text(metadata['thread_id']) });
  }

  #end(runId: string, describe: (run: Run<RunData>) => void): void {
    const run = this.#runs.end(runId);
    if (run === undefined || !run.owned) return;
    this.#guard('langchain end', () => describe(run));
    run.span.end();
  }

  #fail(runId: string, error: unknown): void {
    this.#end(runId, (run) => {
      this.#keepPartial(run);
      run.span.fail(error);
    });
  }

  #noteCached(runId: string, extra: unknown): void {
    const data = bag(extra)['cached'] === true ? this.#runs.get(runId)?.data : undefined;
    if (data !== undefined) data.cached = true;
  }

  /** What was streamed until the end that did not come. */
  #keepPartial({ span, data: { startedMs, tokens } }: Run<RunData>): void {
    if (tokens !== undefined) span.set(readBrokenAnswer(tokens, startedMs));
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
    this.#guard('langchain chain start', () => {
      const start = toStart(runId, parentRunId, tags, metadata);
      const className = classNameOf(chain);
      const facts: RunFacts = {
        className,
        name: text(runName) ?? className ?? 'chain',
        type: chainType(runType, className),
        isRoot: start.parentRunId === undefined,
        tags: start.tags,
        metadata: start.metadata,
      };
      const parent = this.#parent(start) ?? callerSpan();
      if (!this.#all && parent !== undefined && isPlumbing(facts)) {
        this.#runs.alias(runId, parent, { startedMs: 0, defersInput: false, cached: false, tokens: undefined });
        return;
      }
      const deferred = bag(extra)['lc_defers_inputs'] === true;
      const isAgent = facts.type === 'agent';
      const span = this.#begin(
        start,
        { name: isAgent ? `invoke_agent ${facts.name}` : facts.name, type: facts.type },
        deferred,
      );
      if (span === undefined) return;
      if (!deferred) span.input(readable(unwrapped(inputs, 'input')));
      if (isAgent) span.set({ 'gen_ai.agent.name': facts.name });
      const node = graphNodeOf(facts.name, start.metadata);
      if (node !== undefined) span.set(nodeAttributes(node, start.metadata));
    });
  }

  handleChainEnd(
    outputs: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    kwargs?: { inputs?: unknown },
  ): void {
    this.#guard('langchain chain end', () =>
      this.#end(runId, ({ span, data }) => {
        if (data.defersInput && kwargs?.inputs !== undefined) span.input(readable(unwrapped(kwargs.inputs, 'input')));
        span.output(readable(unwrapped(outputs, 'output')));
      }),
    );
  }

  handleChainError(error: unknown, runId: string): void {
    this.#guard('langchain chain error', () => this.#fail(runId, error));
  }

  handleChatModelStart(
    llm: unknown,
    messages: unknown[][],
    runId: string,
    parentRunId?: string,
    extra?: Record<string, unknown>,
    tags?: string[],
    metadata?: Record<string, unknown>,
  ): void {
    this.#guard('langchain model start', () => {
      const start = toStart(runId, parentRunId, tags, metadata);
      const { model, attributes } = readModelCall(llm, extra, start.metadata, classNameOf(llm));
      const span = this.#begin(start, {
        name: `chat ${model ?? classNameOf(llm) ?? 'model'}`,
        type: 'llm',
        attributes,
      });
      span?.set({ 'gen_ai.input.messages': toModelMessages(messages.flat()) });
      this.#noteCached(runId, extra);
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
  ): void {
    this.#guard('langchain llm start', () => {
      const start = toStart(runId, parentRunId, tags, metadata);
      const { model, attributes } = readModelCall(llm, extra, start.metadata, classNameOf(llm));
      const name = `text_completion ${model ?? classNameOf(llm) ?? 'model'}`;
      const span = this.#begin(start, { name, type: 'llm', attributes });
      span?.set({ 'gen_ai.operation.name': 'text_completion' }).input(prompts);
      this.#noteCached(runId, extra);
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
    this.#guard('langchain token', () => {
      const run = this.#runs.get(runId);
      if (run === undefined) return;
      const tokens = (run.data.tokens ??= createStreamedTokens());
      if (addToken(tokens, token, fields)) run.span.set(answerSoFar(tokens));
    });
  }

  handleChatModelStreamEvent(event: unknown, runId: string): void {
    this.#guard('langchain stream event', () => {
      const run = this.#runs.get(runId);
      if (run === undefined) return;
      const tokens = (run.data.tokens ??= createStreamedTokens());
      if (addStreamEvent(tokens, event)) run.span.set(answerSoFar(tokens));
    });
  }

  handleLLMEnd(
    output: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    extra?: Record<string, unknown>,
  ): void {
    this.#guard('langchain llm end', () =>
      this.#end(runId, ({ span, data }) => {
        span.set(readModelOutput(output, { ...data, cached: data.cached || bag(extra)['cached'] === true }));
      }),
    );
  }

  handleLLMError(error: unknown, runId: string): void {
    this.#guard('langchain llm error', () => {
      this.#runs.get(runId)?.span.set(readModelError(error));
      this.#fail(runId, error);
    });
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
      const start = toStart(runId, parentRunId, tags, metadata);
      const source = text(name) ?? classNameOf(retriever) ?? 'documents';
      this.#begin(start, { name: `retrieval ${source}`, type: 'retriever', input: query });
    });
  }

  handleRetrieverEnd(documents: unknown, runId: string): void {
    this.#guard('langchain retriever end', () => this.#end(runId, ({ span }) => span.output(documents)));
  }

  handleRetrieverError(error: unknown, runId: string): void {
    this.#guard('langchain retriever error', () => this.#fail(runId, error));
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
      const name = text(runName) ?? text(first(bag(tool)['name'], classNameOf(tool))) ?? 'tool';
      this.#begin(start, {
        name: `execute_tool ${name}`,
        type: 'tool',
        input: readToolInput(input),
        attributes: {
          'gen_ai.tool.name': name,
          'gen_ai.tool.type': 'function',
          'gen_ai.tool.call.id': text(toolCallId),
        },
      });
    });
  }

  handleToolEnd(output: unknown, runId: string): void {
    this.#guard('langchain tool end', () =>
      this.#end(runId, ({ span }) => {
        const { result, callId, error } = readToolOutput(output);
        span.set({ 'gen_ai.tool.call.id': callId }).output(result);
        if (error !== undefined) span.fail(error);
      }),
    );
  }

  handleToolError(error: unknown, runId: string): void {
    this.#guard('langchain tool error', () => this.#fail(runId, error));
  }
}

function nodeAttributes(node: string, metadata: Bag) {
  const step = Number(metadata['langgraph_step']);
  return {
    'spanline.langgraph.node': node,
    'spanline.langgraph.step': Number.isInteger(step) ? step : undefined,
    'spanline.langgraph.checkpoint_id': text(metadata['checkpoint_id']),
  };
}

/** LangChain wraps values that are no objects: `{ input: 'question' }`, `{ output: 'answer' }`. */
function unwrapped(value: unknown, key: 'input' | 'output'): unknown {
  const source = bag(value);
  const keys = Object.keys(source);
  return keys.length === 1 && keys[0] === key ? source[key] : value;
}
