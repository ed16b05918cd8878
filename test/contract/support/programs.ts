/**
 * One small program for each instrumentation: it asks a model, whole and as a stream. The suites run it with none, one
 * or two copies of the instrumentation.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import AnthropicSdk from '@anthropic-ai/sdk';
import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import express from 'express';
import OpenAI from 'openai';
import type * as anthropic from '@spanline/anthropic';
import type { CaptureMode, Tracer } from '@spanline/core';
import type * as spanlineExpress from '@spanline/express';
import type * as langchain from '@spanline/langchain';
import type * as llamaindex from '@spanline/llamaindex';
import type * as openai from '@spanline/openai';

/** A question to a program. */
export interface Question {
  text: string;
  /** Instructions for the model. @defaultValue none */
  system?: string;
  signal?: AbortSignal;
}

/** A program that asks a model. */
export interface Program {
  ask(question: Question): Promise<string>;
  stream(question: Question): Promise<AsyncIterable<string>>;
  /** Undoes the instrumentation. */
  undo(): void;
  stop(): Promise<void>;
}

/** The setting of an instrumentation. */
export interface Setting {
  readonly tracer: Tracer;
  readonly capture?: CaptureMode;
}

/** One instrumentation. */
export interface Instrumentation {
  /** Its folder in `packages/`. */
  readonly name: string;
  /**
   * Starts the program.
   *
   * @param url - address of the provider
   * @param copies - the copies of the package that instrument it, all with the same setting; none for the plain program
   */
  start(url: string, copies: readonly unknown[], setting: Setting): Promise<Program>;
  /** The spans of a question, asked inside of a span `outer`. */
  readonly tree: string;
  /** Status of the span when the reader of a stream leaves, and when it aborts. */
  readonly left: 'abandoned' | 'aborted';
  readonly aborted: 'aborted' | undefined;
  /** True for spans with content, tokens and cost. */
  readonly isModelCall: boolean;
}

const MODEL = 'gpt-4o';
const CLAUDE = 'claude-3-5-haiku-20241022';
const TOOL = { name: 'look_up', description: 'looks a city up', parameters: { type: 'object', properties: {} } };
const nothing = (): void => undefined;
const stopped = async (): Promise<void> => undefined;

async function* map<T>(
  stream: AsyncIterable<T>,
  textOf: (chunk: T) => string | null | undefined,
): AsyncGenerator<string> {
  for await (const chunk of stream) yield textOf(chunk) ?? '';
}

const openaiRow: Instrumentation = {
  name: 'openai',
  tree: 'task outer\n  llm chat gpt-4o',
  left: 'abandoned',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof openai)[];
    const client = new OpenAI({ apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0 });
    for (const { wrapOpenAI } of modules) wrapOpenAI(client, setting);
    const request = ({ text, system }: Question) => ({
      model: MODEL,
      tools: [{ type: 'function' as const, function: { ...TOOL, description: system ?? TOOL.description } }],
      messages: [
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        { role: 'user' as const, content: text },
      ],
    });
    return {
      async ask(question) {
        const answer = await client.chat.completions.create(request(question), { signal: question.signal });
        return answer.choices[0]?.message.content ?? '';
      },
      stream: async (question) =>
        map(
          await client.chat.completions.create({ ...request(question), stream: true }, { signal: question.signal }),
          (chunk) => chunk.choices[0]?.delta.content,
        ),
      undo: () => modules.forEach(({ unwrapOpenAI }) => unwrapOpenAI(client)),
      stop: stopped,
    };
  },
};

const anthropicRow: Instrumentation = {
  name: 'anthropic',
  tree: `task outer\n  llm chat ${CLAUDE}`,
  left: 'abandoned',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof anthropic)[];
    const client = new AnthropicSdk({ apiKey: 'test', baseURL: url, maxRetries: 0 });
    for (const { wrapAnthropic } of modules) wrapAnthropic(client, setting);
    const request = ({ text, system }: Question) => ({
      model: CLAUDE,
      max_tokens: 100,
      ...(system === undefined ? {} : { system }),
      tools: [{ name: TOOL.name, description: system ?? TOOL.description, input_schema: { type: 'object' as const } }],
      messages: [{ role: 'user' as const, content: text }],
    });
    return {
      async ask(question) {
        const { content } = await client.messages.create(request(question), { signal: question.signal });
        return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      },
      stream: async (question) =>
        map(
          await client.messages.create({ ...request(question), stream: true }, { signal: question.signal }),
          (event) =>
            event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
        ),
      undo: () => modules.forEach(({ unwrapAnthropic }) => unwrapAnthropic(client)),
      stop: stopped,
    };
  },
};

const langchainRow: Instrumentation = {
  name: 'langchain',
  tree: `task outer\n  llm chat ${MODEL}`,
  left: 'abandoned',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof langchain)[];
    let callbacks = modules.map(({ SpanlineCallbackHandler }) => new SpanlineCallbackHandler(setting)) as never[];
    const chat = new ChatOpenAI({
      model: MODEL,
      apiKey: 'test',
      maxRetries: 0,
      streamUsage: true,
      configuration: { baseURL: `${url}/v1` },
    });
    const bound = (system: string | undefined) =>
      chat.bindTools([{ type: 'function', function: { ...TOOL, description: system ?? TOOL.description } }]);
    const messages = ({ text, system }: Question) => [
      ...(system === undefined ? [] : [new SystemMessage(system)]),
      new HumanMessage(text),
    ];
    const options = ({ signal }: Question) => ({ callbacks, ...(signal === undefined ? {} : { signal }) });
    return {
      ask: async (question) => (await bound(question.system).invoke(messages(question), options(question))).text,
      stream: async (question) =>
        map(await bound(question.system).stream(messages(question), options(question)), (chunk) => chunk.text),
      undo(): void {
        callbacks = [];
      },
      stop: stopped,
    };
  },
};

const llamaindexRow: Instrumentation = {
  name: 'llamaindex',
  tree: `task outer\n  llm chat ${MODEL}`,
  left: 'abandoned',
  aborted: undefined,
  isModelCall: true,
  async start(url, copies, { tracer, capture }) {
    const modules = copies as (typeof llamaindex)[];
    const llm = new LlamaOpenAI({ model: MODEL, apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0 });
    const undo = modules.map(({ instrumentLlamaIndex }) => {
      const uninstall = instrumentLlamaIndex({
        tracer,
        streamUsage: true,
        ...(capture === undefined ? {} : { capture }),
      });
      uninstall.observe(llm);
      return uninstall;
    });
    const params = ({ text, system }: Question) => ({
      messages: [
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        { role: 'user' as const, content: text },
      ],
      tools: [{ metadata: { ...TOOL, description: system ?? TOOL.description } }] as never[],
    });
    return {
      ask: async (question) => String((await llm.chat(params(question))).message.content),
      stream: async (question) => map(await llm.chat({ ...params(question), stream: true }), (chunk) => chunk.delta),
      undo: () => undo.forEach((uninstall) => uninstall()),
      stop: stopped,
    };
  },
};

/** A service that asks a model with the plain client, and a caller of it. */
const expressRow: Instrumentation = {
  name: 'express',
  tree: 'http GET /ask/:question\n  task outer',
  left: 'aborted',
  aborted: 'aborted',
  isModelCall: false,
  async start(url, copies, { tracer, capture }) {
    const modules = copies as (typeof spanlineExpress)[];
    const client = await openaiRow.start(url, [], { tracer });
    const app = express();
    app.set('env', 'test');
    for (const { spanlineExpress: middleware } of modules) {
      app.use(middleware({ tracer, ...(capture === undefined ? {} : { capture }) }));
    }
    app.get('/ask/:question', async (req, res) => {
      const question = { text: req.params.question, signal: req.clientSignal };
      if (req.query['stream'] === undefined) {
        res.send(await tracer.withSpan('outer', () => client.ask(question)));
        return;
      }
      for await (const piece of await client.stream(question)) res.write(piece);
      res.end();
    });
    for (const { spanlineErrorHandler } of modules) app.use(spanlineErrorHandler());
    app.use(
      (
        error: { status?: number; message: string },
        _req: unknown,
        res: express.Response,
        next: express.NextFunction,
      ) => {
        if (res.headersSent) next(error);
        else res.status(error.status ?? 500).json({ message: error.message });
      },
    );
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const open = async ({ text, system, signal }: Question, query: string): Promise<Response> => {
      const path = `http://127.0.0.1:${port}/ask/${encodeURIComponent(Buffer.from(text).toString())}${query}`;
      const response = await fetch(path, {
        headers: system === undefined ? {} : { authorization: system, 'x-secret': system },
        ...(signal === undefined ? {} : { signal }),
      });
      if (response.ok) return response;
      const { message } = (await response.json()) as { message: string };
      throw Object.assign(new Error(message), { status: response.status });
    };
    const decode = (body: AsyncIterable<Uint8Array>): AsyncGenerator<string> => {
      const decoder = new TextDecoder();
      return map(body, (bytes) => decoder.decode(bytes, { stream: true }));
    };
    return {
      ask: async (question) => (await open(question, '')).text(),
      stream: async (question) => decode((await open(question, '?stream')).body as AsyncIterable<Uint8Array>),
      undo: nothing,
      async stop() {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  },
};

/** Every instrumentation. */
export const INSTRUMENTATIONS: readonly Instrumentation[] = [
  openaiRow,
  anthropicRow,
  langchainRow,
  llamaindexRow,
  expressRow,
];

/** US dollars of a call, by instrumentation of models. */
export const USD_PER_CALL = { openai: 0.00022, langchain: 0.00022, llamaindex: 0.00022, anthropic: 0.00008 } as const;
