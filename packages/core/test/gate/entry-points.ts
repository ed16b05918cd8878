import {
  currentSpan,
  llmSpan,
  observe,
  rerankSpan,
  retrieverSpan,
  toolSpan,
  type Tracer,
  withContext,
} from '../../src/index.ts';

/** A place where a value may be handed over, and which ends in one or more lines. */
export type EntryPoint = (tracer: Tracer, value: never) => void;

const OPTIONS = [
  'name',
  'type',
  'kind',
  'parent',
  'link',
  'attributes',
  'labels',
  'tags',
  'input',
  'startTime',
  'capture',
  'scope',
];
const CONTEXT = [
  'sessionId',
  'userId',
  'conversationId',
  'requestId',
  'labels',
  'capture',
  'captureOverride',
  'baggage',
];
const SCORE = ['name', 'value', 'label', 'explanation', 'source', 'spanId', 'traceId', 'requestId', 'sessionId'];
const ALERT = [
  'name',
  'event',
  'state',
  'severity',
  'message',
  'metric',
  'value',
  'step',
  'traceIds',
  'causes',
  'command',
  'samples',
];
const FACTS = [
  'gen_ai.request.model',
  'gen_ai.request.max_tokens',
  'gen_ai.request.temperature',
  'gen_ai.request.stream',
  'gen_ai.response.finish_reasons',
  'gen_ai.usage.input_tokens',
  'spanline.usage.source',
  'spanline.cost.usd',
  'gen_ai.prompt.name',
  'gen_ai.prompt.version',
  'gen_ai.conversation.id',
];
const CONTENT = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.tool.definitions',
  'gen_ai.retrieval.documents',
  'spanline.prompt.template',
  'db.query.text',
];

const SPAN = { name: 'work', type: 'chain' } as const;

function named(
  names: readonly string[],
  title: (name: string) => string,
  run: (tracer: Tracer, name: string, value: never) => unknown,
): [string, EntryPoint][] {
  return names.map((name) => [title(name), (tracer, value) => void run(tracer, name, value)]);
}

/** What a span is told while it is open. */
const onSpan =
  (tell: (span: NonNullable<ReturnType<typeof currentSpan>>, value: never) => void): EntryPoint =>
  (tracer, value) => {
    tracer.withSpan(SPAN, (span) => tell(span, value));
  };

/** Every public place of core that a value can take into a record. */
export const ENTRY_POINTS: readonly (readonly [name: string, enter: EntryPoint])[] = [
  ['startSpan(value)', (tracer, value) => tracer.startSpan(value).end()],
  ['withSpan(value)', (tracer, value) => tracer.withSpan(value, () => undefined)],
  ...named(
    OPTIONS,
    (name) => `startSpan({ ${name} })`,
    (tracer, name, value) => tracer.startSpan({ ...SPAN, [name]: value }).end(),
  ),
  ['run(value)', (tracer, value) => tracer.run(value, () => tracer.startSpan(SPAN).end())],
  ['set(value)', onSpan((span, value) => span.set(value))],
  ...named(
    [...FACTS, ...CONTENT],
    (name) => `set({ '${name}' })`,
    (tracer, name, value) =>
      tracer
        .startSpan({ name: 'work', type: 'llm' })
        .set({ [name]: value })
        .end(),
  ),
  ['label(value)', onSpan((span, value) => span.label(value, value))],
  ['label(name, value)', onSpan((span, value) => span.label('name', value))],
  ['tag(value)', onSpan((span, value) => span.tag(value))],
  ['input(value)', onSpan((span, value) => span.input(value))],
  ['output(value)', onSpan((span, value) => span.output(value))],
  ['updateName(value)', onSpan((span, value) => span.updateName(value))],
  ['fail(value)', onSpan((span, value) => span.fail(value))],
  ['end(value)', onSpan((span, value) => span.end(value))],
  ...named(
    ['status', 'level', 'endTime'],
    (name) => `end({ ${name} })`,
    (tracer, name, value) => tracer.startSpan(SPAN).end({ [name]: value }),
  ),
  ['withContext(value)', (tracer, value) => withContext(value, () => tracer.startSpan(SPAN).end())],
  ...named(
    CONTEXT,
    (name) => `withContext({ ${name} })`,
    (tracer, name, value) => {
      withContext({ [name]: value }, () => tracer.withSpan(SPAN, () => void tracer.inject({})));
    },
  ),
  ['score(value)', (tracer, value) => tracer.score(value)],
  ...named(
    SCORE,
    (name) => `score({ ${name} })`,
    (tracer, name, value) => tracer.score({ name: 'n', value: 1, [name]: value }),
  ),
  ['alert(value)', (tracer, value) => tracer.alert(value)],
  ...named(
    ALERT,
    (name) => `alert({ ${name} })`,
    (tracer, name, value) => {
      tracer.alert({ name: 'n', event: 'fired', state: 'ALERT', severity: 'critical', message: 'm', [name]: value });
    },
  ),
  ['extract(value)', (tracer, value) => tracer.startSpan({ ...SPAN, parent: tracer.extract(value) }).end()],
  ...named(
    ['traceparent', 'tracestate', 'baggage'],
    (name) => `extract({ ${name} })`,
    (tracer, name, value) => {
      const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', [name]: value };
      tracer.startSpan({ ...SPAN, parent: tracer.extract(headers) }).end();
    },
  ),
  ['inject(value)', onSpan(() => undefined)],
  ['an argument of an observed function', (tracer, value) => observe((_: unknown) => 1, { tracer })(value)],
  ['the result of an observed function', (tracer, value) => void observe(() => value, { tracer })()],
  ['perCall', (tracer, value) => observe(() => 1, { tracer, perCall: () => value })()],
  ['captureInput', (tracer, value) => observe((_: number) => 1, { tracer, captureInput: () => value })(1)],
  ['captureOutput', (tracer, value) => observe(() => 1, { tracer, captureOutput: () => value })()],
  [
    'chunks of a generator',
    (tracer, value) => {
      const chunks = observe(
        function* chunks() {
          yield value;
        },
        { tracer },
      );
      for (const _ of chunks());
    },
  ],
  ...named(
    ['model', 'provider', 'messages', 'temperature', 'name', 'labels', 'attributes'],
    (name) => `llmSpan({ ${name} })`,
    (tracer, name, value) => {
      llmSpan({ model: 'm', messages: 'q', tracer, [name]: value }, () => 'a');
    },
  ),
  [
    'the answer of llmSpan',
    (tracer, value) => void llmSpan({ model: 'm', messages: 'q', tracer, answer: () => value }, () => 'a'),
  ],
  [
    'the usage of llmSpan',
    (tracer, value) => void llmSpan({ model: 'm', messages: 'q', tracer, answer: () => ({ usage: value }) }, () => 'a'),
  ],
  ...named(
    ['query', 'dataSource', 'topK', 'documents'],
    (name) => `retrieverSpan({ ${name} })`,
    (tracer, name, value) => {
      retrieverSpan({ query: 'q', tracer, [name]: name === 'documents' ? () => value : value }, () => []);
    },
  ),
  ...named(
    ['query', 'documents', 'model', 'topK'],
    (name) => `rerankSpan({ ${name} })`,
    (tracer, name, value) => {
      rerankSpan({ query: 'q', documents: [], tracer, [name]: value }, () => []);
    },
  ),
  ...named(
    ['tool', 'description', 'callId', 'arguments', 'statement', 'query'],
    (name) => `toolSpan({ ${name} })`,
    (tracer, name, value) => {
      toolSpan({ tool: 't', tracer, [name]: value }, () => []);
    },
  ),
  ['the result of toolSpan', (tracer, value) => void toolSpan({ tool: 't', tracer, query: 'q' }, () => value)],
];
