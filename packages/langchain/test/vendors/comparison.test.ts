import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../../test/support/child.ts';

/** Spans that were ended, in one shape: `{ name, id, trace, parent, error, text }`. `enter(name, fn)` runs a function inside of a span of the peer's own. */
const OTEL = `
const enter = (name, fn) => trace.getTracer('app').startActiveSpan(name, async (span) => { try { return await fn(); } finally { span.end(); } });
const take = async () => exporter.getFinishedSpans().map((span) => ({
  name: span.name, id: span.spanContext().spanId, trace: span.spanContext().traceId, parent: span.parentSpanContext?.spanId, error: span.status.code === 2 || span.attributes['langfuse.observation.level'] === 'ERROR',
  text: JSON.stringify([span.attributes, span.events, span.status]),
}));
const forget = () => exporter.reset();
const end = () => provider.forceFlush();`;

const PEERS: Readonly<Record<string, string>> = {
  Spanline: `
const { createTracer } = await import('@spanline/core');
const { memoryLog } = await import('@spanline/core/testing');
const { SpanlineCallbackHandler, instrumentLangChain } = await import('@spanline/langchain');
const log = memoryLog();
const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, limits: { lineBytes: 4e6, fieldBytes: 2e6, arrayLength: 1000 } });
const callbacks = [new SpanlineCallbackHandler({ tracer })];
instrumentLangChain({ tracer, modules: [MemoryVectorStore, Letters] });
const enter = async (name, fn) => { const span = tracer.startSpan(name); try { return await tracer.run(span, fn); } finally { span.end(); } };
const end = () => tracer.shutdown();
const take = async () => log.records().map((line) => ({
  name: line['span.name'], id: line.span_id, trace: line.trace_id, parent: line.parent_span_id, status: line['span.status'], error: line['span.status'] === 'error', text: JSON.stringify(line),
}));
const forget = () => log.clear();`,
  Langfuse: `
const { CallbackHandler } = await import('@langfuse/langchain');
const callbacks = [new CallbackHandler()];${OTEL}`,
  OpenInference: `
const { LangChainInstrumentation } = await import('@arizeai/openinference-instrumentation-langchain');
new LangChainInstrumentation({ tracerProvider: provider }).manuallyInstrument({ ...callbackManager });
const callbacks = [];${OTEL}`,
  OpenLLMetry: `
const { LangChainInstrumentation } = await import('@traceloop/instrumentation-langchain');
const instrumentation = new LangChainInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.manuallyInstrument({ callbackManagerModule: callbackManager });
const callbacks = [];${OTEL}`,
  LangSmith: `
process.env.LANGSMITH_TRACING = 'true';
const { Client } = await import('langsmith');
const { traceable } = await import('langsmith/traceable');
const runs = new Map();
const client = new Client({ apiUrl: 'http://127.0.0.1:9', apiKey: 'x', autoBatchTracing: false, fetchImplementation: async (_url, init) => {
  const run = JSON.parse(typeof init.body === 'string' ? init.body : Buffer.from(init.body).toString());
  const id = run.id ?? String(_url).split('/').at(-1);
  runs.set(id, { ...runs.get(id), ...run, id });
  return new Response('{}', { status: 202 });
} });
const callbacks = [];
const enter = (name, fn) => traceable(fn, { name, client, tracingEnabled: true })();
const take = async () => { await wait(50); return [...runs.values()].filter((run) => run.end_time != null).map((run) => ({
  name: run.name, id: run.id, trace: run.trace_id, parent: run.parent_run_id ?? undefined, error: run.error != null, text: JSON.stringify(run),
})); };
const forget = () => runs.clear();
const end = () => client.awaitPendingTraceBatches();`,
};

const program = (peer: string): string => `
import { setTimeout as wait } from 'node:timers/promises';
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory';
import * as callbackManager from '@langchain/core/callbacks/manager';
import { Document } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { RunnableLambda, RunnableMap, RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { PromptTemplate } from '@langchain/core/prompts';
import { Annotation, Command, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { createAgent } from 'langchain';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { z } from 'zod';
const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
class Letters extends Embeddings {
  constructor() { super({}); }
  async embedDocuments(texts) { return texts.map((text) => [text.length, 1]); }
  async embedQuery(text) { return [text.length, 1]; }
}
// Answers after a while, whether somebody still waits or not, as a provider does.
class Slow extends BaseChatModel {
  delay = 0;
  calls = [];
  _llmType() { return 'slow'; }
  bindTools() { return this; }
  async _generate() {
    await wait(this.delay);
    const call = this.calls.shift();
    if (call !== undefined) return { generations: [{ text: '', message: new AIMessage({ content: '', tool_calls: [call] }) }] };
    const message = new AIMessage({ content: 'done', usage_metadata: { input_tokens: 4321, output_tokens: 7, total_tokens: 4328 } });
    return { generations: [{ text: 'done', message }] };
  }
  async *_streamResponseChunks(_messages, _options, manager) {
    for (const text of ['one ', 'two ', 'three ']) {
      const chunk = new ChatGenerationChunk({ text, message: new AIMessageChunk(text) });
      yield chunk;
      await manager?.handleLLMNewToken(text, undefined, undefined, undefined, undefined, { chunk });
    }
  }
}
${PEERS[peer] ?? ''}
const facts = {};
const measure = async (fn) => {
  forget();
  await enter('request', async () => { await fn().catch(() => undefined); });
  // Longer than the slowest model takes, and than what goes on in the background.
  await wait(400);
  return take();
};
const verdict = (spans) => without(spans).some(({ error }) => error) ? 'error' : (without(spans).find(({ status }) => status !== 'ok')?.status ?? 'ok');
const without = (spans) => spans.filter(({ name }) => name !== 'request');

// 50 requests at once; each logs a span of its own inside of a step.
forget();
await Promise.all(Array.from({ length: 50 }, (_, n) => enter('request-' + n, () =>
  RunnableLambda.from(async (text) => { await wait(n % 5); await enter('own-' + n, async () => wait(1)); return text; })
    .withConfig({ runName: 'step' }).invoke('mark-' + n + '-', { callbacks }))));
await wait(600);
{
  const spans = await take();
  const own = (kind, n) => spans.find((span) => span.name === kind + n);
  const step = (n) => spans.find((span) => !/^(?:request|own)-/.test(span.name) && span.text.includes('mark-' + n + '-'));
  const count = (isRight) => {
    const right = Array.from({ length: 50 }, (_, n) => n).filter(isRight).length;
    return right === 50 ? 'all' : right === 0 ? 'none' : right < 10 ? 'fewer than 10' : 'some';
  };
  const isUnder = (child, parent) => child !== undefined && parent !== undefined && child.parent === parent.id;
  facts['50 concurrent requests: steps under their own request'] = count((n) => isUnder(step(n), own('request-', n)));
  facts['spans that the application opens inside a step, under that step'] = count((n) => isUnder(own('own-', n), step(n)));
}

const SECRET = 'sk-proj-' + 'Ab1'.repeat(16);
const failed = await measure(() => RunnableLambda.from(() => { throw new Error('401 for key ' + SECRET); }).withConfig({ runName: 'fails' }).invoke('x', { callbacks }));
facts['an API key in an error message'] = without(failed).some(({ text }) => text.includes(SECRET)) ? 'written' : without(failed).length === 0 ? 'no span' : 'not written';

const aborted = await measure(async () => {
  const slow = Object.assign(new Slow({}), { delay: 120 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  await slow.pipe(new StringOutputParser()).invoke('x', { callbacks, signal: controller.signal });
});
facts['tokens of an aborted call that was billed'] = without(aborted).some(({ text }) => text.includes('4321')) ? 'written' : 'lost';
facts['an abort'] = verdict(aborted);

const plumbing = await measure(() => RunnableSequence.from([
  RunnableMap.from({ question: new RunnablePassthrough(), upper: (text) => text.toUpperCase() }),
  ({ question }) => question, new Slow({}), new StringOutputParser(),
]).withConfig({ runName: 'pipeline' }).invoke('x', { callbacks }));
facts['spans of a model and a parser in a sequence with a map and lambdas'] = without(plumbing).length;

let tries = 0;
const retried = await measure(() => RunnableLambda.from((text) => { if (tries++ === 0) throw new Error('first'); return text; })
  .withConfig({ runName: 'flaky' }).withRetry({ stopAfterAttempt: 2, onFailedAttempt: () => undefined }).invoke('x', { callbacks }));
facts['attempt number of withRetry'] = without(retried).some(({ text }) => /retry[.:]attempt/.test(text)) ? 'written' : 'not written';

const graph = new StateGraph(Annotation.Root({ x: Annotation() }))
  .addNode('ask', () => ({ x: interrupt('sure?') })).addEdge(START, 'ask').compile({ checkpointer: new MemorySaver() });
const waiting = await measure(() => graph.invoke({ x: 1 }, { callbacks, configurable: { thread_id: 't' } }));
facts['an interrupt that waits for a human'] = verdict(waiting);

const resumed = await measure(() => graph.invoke(new Command({ resume: 'yes' }), { callbacks, configurable: { thread_id: 't' } }));
const waitingTrace = without(waiting)[0]?.trace;
facts['the run that resumes after it'] = waitingTrace !== undefined && without(resumed).some(({ trace: own, text }) => own !== waitingTrace && text.includes(waitingTrace)) ? 'linked' : 'not linked';

const desk = new StateGraph(Annotation.Root({ x: Annotation() }))
  .addNode('triage', () => new Command({ goto: 'expert', graph: Command.PARENT })).addEdge(START, 'triage').compile();
const handed = await measure(() => new StateGraph(Annotation.Root({ x: Annotation() }))
  .addNode('desk', desk, { ends: ['expert'] }).addNode('expert', () => ({ x: 2 })).addEdge(START, 'desk').compile().invoke({ x: 1 }, { callbacks }));
facts['a graph that hands over to its parent graph'] = verdict(handed);

const asked = { messages: [{ role: 'user', content: 'Weather?' }] };
const weather = tool(async ({ city }) => city + ' is sunny. '.repeat(100), { name: 'weather', schema: z.object({ city: z.string() }) });
const wrong = Object.assign(new Slow({}), { calls: [{ id: 'call-1', name: 'weather', args: { city: 5 } }] });
const refused = await measure(() => createAgent({ model: wrong, tools: [weather] }).invoke(asked, { callbacks }));
facts['a tool call with invalid arguments, which LangChain answers without a run'] = without(refused).some(({ name, error }) => error && /weather/.test(name)) ? 'failed tool' : 'no span';

const busy = Object.assign(new Slow({}), { calls: Array.from({ length: 20 }, (_, n) => ({ id: 'call-' + n, name: 'weather', args: { city: 'city ' + n } })) });
let state;
const long = await measure(async () => { state = await createAgent({ model: busy, tools: [weather] }).invoke(asked, { callbacks, recursionLimit: 100 }); });
const times = without(long).reduce((sum, { text }) => sum + text.length, 0) / JSON.stringify(state.messages).length;
facts['size of the lines of an agent with 20 tool calls, nothing cut, over the size of its messages'] = times < 20 ? 'less than 20 times' : times < 30 ? '20 to 30 times' : 'more than 30 times';

const stored = await measure(() => PromptTemplate.fromTemplate('{q}').withConfig({ metadata: { langfusePrompt: { name: 'greeting-x', version: 7, prompt: '{{q}}', isFallback: false } } })
  .pipe(new Slow({})).invoke({ q: 'x' }, { callbacks }));
facts['name of a Langfuse prompt, on the model call'] = without(stored).some(({ name, text }) => /Slow|chat/.test(name) && text.includes('greeting-x')) ? 'written' : 'not written';

const store = new MemoryVectorStore(new Letters());
await store.addDocuments([new Document({ pageContent: 'apples' })]);
const found = await measure(() => store.asRetriever(1).invoke('apples?', { callbacks }));
facts['spans of a retriever, its vector store and its embeddings'] = without(found).length;

const called = await measure(() => tool(async () => 'sunny', { name: 'weather', schema: z.object({ city: z.string() }) })
  .invoke({ type: 'tool_call', id: 'call-77', name: 'weather', args: { city: 'Bern' } }, { callbacks }));
facts['tool call id'] = without(called).some(({ text }) => text.includes('call-77')) ? 'written' : 'not written';

const heard = [];
const other = { name: 'other', awaitHandlers: true, handleChainStart: () => void heard.push('chain'), handleChatModelStart: () => void heard.push('model') };
await measure(() => RunnableSequence.from([(text) => text, new Slow({}), new StringOutputParser()]).invoke('x', { callbacks: [...callbacks, other] }));
facts['start events that another handler receives, of 4'] = heard.length;
await measure(async () => {
  const chain = new Slow({}).pipe(new StringOutputParser()).withConfig({ runName: 'streamed' });
  let seen = 0;
  for await (const _ of await chain.stream('x', { callbacks })) if (++seen === 2) break;
});
await end();
const left = without(await take());
facts['ended runs of an abandoned stream, of 3'] = left.length;
facts['output of an abandoned stream'] = left.some(({ text }) => text.includes('one ')) ? 'written' : 'lost';

console.log(JSON.stringify(facts));
process.exit(0);
`;

/** What docs/langchain.md says of a peer, row by row. */
function documented(peer: string): Record<string, string> {
  const page = readFileSync(new URL('../../../../docs/langchain.md', import.meta.url), 'utf8');
  const [, table = ''] = page.split('### The same programs, traced by others');
  const [[, ...peers] = [], , ...rows] = table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .replaceAll('`', '')
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  const column = peers.indexOf(peer);
  return Object.fromEntries(rows.map(([fact = '', ...cells]) => [fact, cells[column] ?? '']));
}

describe('the same programs, traced by others, as the documentation says', () => {
  it.each(Object.keys(PEERS))('%s', async (peer) => {
    const { stdout, stderr } = await runChild(program(peer));
    const [facts] = jsonLines(stdout);
    if (facts === undefined) throw new Error(stderr);
    const told = Object.entries(facts).map(([fact, value]) => [fact, String(value)]);
    expect(Object.fromEntries(told)).toEqual(documented(peer));
  });
});
