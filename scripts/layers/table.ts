/** Rules for one package: the imports that it may have, beside its own files. */
export interface PackageRules {
  /** Entries of other workspace packages. */
  workspace: readonly string[];
  /** npm packages that any file may load. */
  runtime: readonly string[];
  /** npm packages that files may name in `import type` only. */
  types: readonly string[];
  /** Files (relative to `src`) that may also load a package of `types`. */
  loaders: readonly string[];
  /** Of the packages and entries above, those that only some rooms may import: the names of the rooms. */
  only?: Readonly<Record<string, readonly string[]>>;
  /** `false`: no file may import a `node:` module. @defaultValue true */
  node?: false;
  /**
   * Rooms of the package (a folder, or a file at the top of `src`), lowest floor first. A room imports rooms on lower
   * floors only, types included.
   */
  floors: readonly (readonly string[])[];
  /** Files outside of the folder that any file may import, by their paths from there. */
  beside?: readonly string[];
  /**
   * Files whose module-level state may differ between two installed copies of the package: caches, and state of one
   * copy by design.
   */
  moduleState?: readonly ModuleState[];
}

/** One file with module-level state, and why two copies of it do no harm. */
interface ModuleState {
  /** Path relative to `src`. */
  file: string;
  why: string;
}

/** Rules by package folder, for its `src`; a name like `viewer/page` is that of another folder of sources. */
export type LayerTable = Readonly<Record<string, PackageRules>>;

function instrumentation(rules: Pick<PackageRules, 'types' | 'loaders' | 'floors' | 'moduleState'>): PackageRules {
  return { workspace: ['@spanline/core', '@spanline/instrumentation', '@spanline/record'], runtime: [], ...rules };
}

/** An adapter of an HTTP framework. */
function adapter(rules: Pick<PackageRules, 'types' | 'loaders' | 'floors' | 'moduleState'>): PackageRules {
  const { workspace, ...rest } = instrumentation(rules);
  return { workspace: [...workspace, '@spanline/http'], ...rest };
}

/** The layers and floors of docs/architecture.md. A new package or room gets its row here first. */
export const layerTable: LayerTable = {
  record: {
    workspace: [],
    runtime: [],
    types: [],
    loaders: [],
    node: false,
    floors: [
      ['values', 'statistics', 'error.ts'],
      ['options', 'schema'],
      ['metrics', 'profiles'],
      ['reading'],
      ['index.ts'],
    ],
    moduleState: [{ file: 'reading/zones.ts', why: 'cache' }],
  },
  remote: {
    workspace: [],
    runtime: [],
    types: [],
    loaders: [],
    floors: [['backoff.ts', 'http-client.ts', 'secret.ts'], ['json-client.ts'], ['index.ts']],
  },
  pretty: {
    workspace: ['@spanline/record'],
    runtime: [],
    types: [],
    loaders: [],
    floors: [
      ['columns.ts', 'format.ts', 'printable.ts', 'style.ts', 'terminal.ts'],
      ['details.ts'],
      ['view.ts'],
      ['collapse.ts', 'log-line.ts', 'rows.ts', 'summary.ts', 'timing.ts', 'trace-buffer.ts'],
      ['bar.ts'],
      ['render.ts'],
      ['printer.ts', 'render-trace.ts'],
      ['pretty-stream.ts'],
      ['index.ts', 'internal.ts'],
    ],
  },
  core: {
    workspace: ['@spanline/pretty', '@spanline/record'],
    runtime: ['pino', '@pydantic/genai-prices'],
    types: [],
    loaders: [],
    floors: [
      ['api', 'gate', 'node-crypto.ts', 'pretty.ts', 'providers'],
      ['context', 'redaction', 'streams', 'usage'],
      ['content'],
      ['capture'],
      ['line-redaction', 'trace'],
      ['log'],
      ['pipeline'],
      ['events'],
      ['tracer', 'testing.ts'],
      ['default-tracer.ts', 'internal.ts'],
      ['observe', 'score.ts', 'steps'],
      ['index.ts'],
    ],
    moduleState: [
      { file: 'context/ids.ts', why: 'pool of random bytes' },
      { file: 'log/bound-logger.ts', why: 'cache' },
      { file: 'log/context-ids.ts', why: 'cache of the policy without a tracer' },
      { file: 'log/field-json.ts', why: 'cache' },
      { file: 'log/timestamp.ts', why: 'cache of the last time as text' },
      { file: 'redaction/phones/national-number.ts', why: 'cache of patterns' },
      { file: 'trace/clock.ts', why: 'cache of the last time as text' },
      { file: 'usage/price-lists.ts', why: 'the package, once it is loaded' },
    ],
  },
  instrumentation: {
    workspace: ['@spanline/core', '@spanline/core/internal', '@spanline/record'],
    runtime: [],
    types: [],
    loaders: [],
    floors: [
      ['answers', 'patching', 'provider', 'context', 'runs', 'options.ts'],
      ['client'],
      ['cohere'],
      ['index.ts'],
    ],
  },
  http: {
    workspace: ['@spanline/core', '@spanline/instrumentation', '@spanline/record'],
    runtime: [],
    types: [],
    loaders: [],
    floors: [
      ['exchange', 'propagate.ts'],
      ['request', 'response'],
      ['debug', 'feedback'],
      ['node', 'server'],
      ['web'],
      ['index.ts'],
    ],
    moduleState: [{ file: 'request/request-id.ts', why: 'pool of random bytes' }],
  },
  express: adapter({
    types: ['express'],
    loaders: [],
    floors: [
      ['scope.ts', 'router-state.ts'],
      ['route'],
      ['application'],
      ['middleware', 'feedback-route.ts', 'debug-session.ts', 'identify.ts'],
      ['augment.ts'],
      ['index.ts'],
    ],
    moduleState: [{ file: 'route/mount-path.ts', why: 'cache of spellings' }],
  }),
  fastify: adapter({
    types: ['fastify'],
    loaders: [],
    floors: [['scope.ts', 'augment.ts'], ['adapter.ts', 'routes.ts'], ['plugin.ts'], ['index.ts']],
  }),
  hono: adapter({
    types: ['hono'],
    loaders: ['route.ts'],
    floors: [['scope.ts', 'augment.ts', 'route.ts'], ['framework.ts'], ['middleware.ts', 'routes.ts'], ['index.ts']],
  }),
  next: adapter({
    types: [],
    loaders: [],
    floors: [['scope.ts', 'route.ts', 'signal.ts'], ['traced.ts'], ['index.ts']],
  }),
  nestjs: adapter({
    types: ['@nestjs/common', 'rxjs'],
    loaders: ['interceptor.ts'],
    floors: [['interceptor.ts'], ['index.ts']],
  }),
  langchain: instrumentation({
    types: ['@langchain/core'],
    loaders: ['register/global.ts'],
    floors: [
      ['scope.ts', 'options.ts', 'objects'],
      ['models'],
      ['runs'],
      ['steps', 'callback-arguments.ts'],
      ['handler.ts'],
      ['components', 'register'],
      ['index.ts'],
    ],
    moduleState: [{ file: 'runs/registry.ts', why: 'each copy keeps the runs that it records; copies ask each other' }],
  }),
  llamaindex: instrumentation({
    types: ['llamaindex', '@llamaindex/workflow'],
    loaders: ['install/with-import.ts', 'install/with-require.ts'],
    floors: [
      ['tracing', 'provider'],
      ['components'],
      ['workflows'],
      ['reach'],
      ['install'],
      ['index.ts', 'common.ts', 'register.ts', 'register-common.ts'],
    ],
    moduleState: [{ file: 'provider/provider.ts', why: 'cache' }],
  }),
  'ai-sdk': instrumentation({
    types: ['ai'],
    loaders: [],
    floors: [
      ['scope.ts'],
      ['objects', 'tracing.ts'],
      ['calls'],
      ['middleware', 'telemetry'],
      ['index.ts', 'register.ts'],
    ],
  }),
  openai: instrumentation({
    types: ['openai'],
    loaders: ['register.ts'],
    floors: [['scope.ts', 'apis'], ['read-request.ts'], ['wrap.ts', 'requests.ts'], ['index.ts', 'register.ts']],
  }),
  bedrock: instrumentation({
    types: ['@aws-sdk/client-bedrock-runtime'],
    loaders: ['register.ts'],
    floors: [
      ['scope.ts', 'request.ts', 'invoke-body.ts', 'tools.ts'],
      ['converse.ts'],
      ['invoke'],
      ['read-request.ts', 'trace-commands.ts'],
      ['wrap.ts', 'requests.ts'],
      ['index.ts', 'register.ts'],
    ],
  }),
  'google-genai': instrumentation({
    types: ['@google/genai'],
    loaders: ['register.ts'],
    floors: [
      ['scope.ts', 'model-request.ts'],
      ['embed.ts', 'generate.ts', 'predict.ts'],
      ['read-request.ts', 'trace-api-client.ts', 'callable-tool.ts'],
      ['function-calling.ts'],
      ['wrap.ts', 'requests.ts'],
      ['index.ts', 'register.ts'],
    ],
  }),
  'openai-agents': instrumentation({
    types: ['@openai/agents'],
    loaders: ['register.ts'],
    floors: [['scope.ts', 'claims.ts', 'sdk'], ['recording'], ['processor.ts'], ['index.ts', 'register.ts']],
  }),
  'claude-agent-sdk': instrumentation({
    types: ['@anthropic-ai/claude-agent-sdk'],
    loaders: [],
    floors: [['scope.ts', 'messages.ts', 'usage.ts'], ['turn.ts'], ['session.ts'], ['wrap-query.ts'], ['index.ts']],
  }),
  mastra: instrumentation({
    types: ['@mastra/core'],
    loaders: [],
    floors: [['scope.ts', 'recorded.ts', 'sdk'], ['recording'], ['bridge.ts'], ['index.ts']],
  }),
  anthropic: instrumentation({
    types: ['@anthropic-ai/sdk'],
    loaders: ['register.ts'],
    floors: [
      ['scope.ts', 'batch-results.ts', 'batch.ts', 'message.ts', 'request.ts'],
      ['read-request.ts'],
      ['wrap.ts', 'requests.ts'],
      ['index.ts', 'register.ts'],
    ],
  }),
  wire: {
    workspace: [
      '@spanline/core',
      '@spanline/instrumentation',
      '@spanline/openai/requests',
      '@spanline/anthropic/requests',
      '@spanline/google-genai/requests',
      '@spanline/bedrock/requests',
    ],
    runtime: ['@smithy/eventstream-codec', 'eventsource-parser'],
    types: [],
    loaders: [],
    floors: [['scope.ts', 'apis'], ['exchange', 'options.ts'], ['transports'], ['wire.ts'], ['index.ts']],
    moduleState: [{ file: 'transports/undici-channels.ts', why: 'cache' }],
  },
  mcp: instrumentation({
    types: [],
    loaders: [],
    floors: [['scope.ts', 'messages', 'peer'], ['calls'], ['wrap.ts'], ['index.ts', 'register.ts']],
  }),
  otel: instrumentation({
    types: ['@opentelemetry/api'],
    loaders: [],
    floors: [
      ['host', 'spellings'],
      ['reading'],
      ['place.ts', 'span-events.ts'],
      ['record-span.ts'],
      ['stand-in.ts'],
      ['context-manager.ts', 'processor.ts', 'log-processor.ts'],
      ['index.ts'],
    ],
    moduleState: [
      { file: 'spellings/index.ts', why: 'cache' },
      { file: 'stand-in.ts', why: 'each copy has stand-ins of its own, which lead to the same spans' },
    ],
  }),
  ship: {
    workspace: ['@spanline/record', '@spanline/remote'],
    runtime: [],
    types: ['@platformatic/kafka'],
    loaders: ['sinks/kafka/producer.ts'],
    floors: [
      ['contracts'],
      ['state'],
      ['engine', 'reading', 'setup', 'sinks', 'spool'],
      ['host', 'internal.ts'],
      ['index.ts'],
    ],
    moduleState: [{ file: 'spool/at-exit.ts', why: 'each copy has an exit listener of its own' }],
  },
  monitor: {
    workspace: [
      '@spanline/core',
      '@spanline/core/internal',
      '@spanline/record',
      '@spanline/record/statistics',
      '@spanline/remote',
    ],
    runtime: ['@datadog/sketches-js'],
    types: ['prom-client'],
    loaders: ['prometheus/index.ts', 'prometheus/on-demand.ts'],
    // The other rooms work on records, live or from a log.
    only: {
      '@spanline/core': ['live', 'budget', 'prometheus', 'otel'],
      '@spanline/core/internal': ['live', 'budget'],
      '@spanline/remote': ['channels'],
      'prom-client': ['prometheus'],
    },
    floors: [
      ['metrics'],
      ['rules'],
      ['alerts'],
      ['causes', 'channels'],
      ['evaluation'],
      ['backtest', 'live'],
      ['budget', 'otel', 'prometheus'],
      ['index.ts', 'offline.ts'],
    ],
  },
  evals: {
    workspace: [
      '@spanline/core',
      '@spanline/core/internal',
      '@spanline/record',
      '@spanline/record/statistics',
      '@spanline/remote',
    ],
    only: {
      '@spanline/core/internal': ['evaluating.ts', 'evaluators', 'judge', 'live'],
      '@spanline/remote': ['judge'],
    },
    runtime: [],
    types: ['vitest', 'vitest-evals'],
    loaders: ['vitest/evaluate.ts'],
    floors: [
      ['subject', 'words.ts', 'evaluating.ts', 'replace-file.ts'],
      ['dataset', 'feedback'],
      ['evaluators', 'experiment', 'late', 'live', 'judge'],
      ['rag-triad.ts'],
      ['index.ts', 'vitest'],
    ],
  },
  guards: {
    workspace: ['@spanline/core', '@spanline/instrumentation', '@spanline/record'],
    runtime: ['@eslint-community/regexpp'],
    types: [],
    loaders: [],
    floors: [
      ['rules', 'scope.ts'],
      ['guards'],
      ['gate'],
      ['shapes'],
      ['clients', 'create-guards.ts', 'frameworks'],
      ['index.ts'],
    ],
  },
  prompts: {
    workspace: ['@spanline/core', '@spanline/record', '@spanline/remote'],
    runtime: ['yaml'],
    types: [],
    loaders: [],
    only: { '@spanline/remote': ['imports'], yaml: ['files'] },
    floors: [['template'], ['prompt.ts'], ['define-prompt.ts'], ['files', 'imports'], ['index.ts']],
  },
  replay: {
    workspace: ['@spanline/core', '@spanline/record'],
    only: { '@spanline/core': ['cache', 'run'] },
    runtime: [],
    types: [],
    loaders: [],
    floors: [['recording'], ['wire'], ['matching'], ['cache', 'session'], ['run'], ['index.ts']],
  },
  query: {
    workspace: ['@spanline/record', '@spanline/record/statistics', '@spanline/remote'],
    runtime: ['tinyglobby'],
    types: ['@duckdb/node-api', 'apache-arrow'],
    loaders: ['api/arrow.ts', 'index-store/duckdb.ts'],
    only: { '@spanline/remote': ['cluster'] },
    moduleState: [{ file: 'records/times.ts', why: 'cache of the last date' }],
    floors: [
      ['filter', 'lines'],
      ['records'],
      ['answers'],
      ['analysis', 'cluster', 'exports', 'index-store'],
      ['internal.ts'],
      ['api'],
      ['index.ts'],
    ],
  },
  viewer: {
    workspace: [
      '@spanline/core',
      '@spanline/pretty/internal',
      '@spanline/query',
      '@spanline/record',
      '@spanline/record/metrics',
    ],
    runtime: [],
    types: [],
    loaders: [],
    floors: [['contract', 'panels'], ['server'], ['file', 'router.ts', 'start-viewer.ts'], ['index.ts']],
  },
  'viewer/page': {
    workspace: ['@spanline/pretty/format'],
    runtime: ['@preact/signals', 'preact'],
    types: [],
    loaders: [],
    node: false,
    floors: [
      ['about.ts', 'ask.ts', 'format.ts', 'help.tsx', 'route.ts'],
      ['score-form.tsx', 'ui', 'use-answer.ts', 'use-revision.ts'],
      ['lists', 'map', 'span'],
      ['annotate', 'compare', 'dashboard', 'filter-bar.tsx', 'trace', 'traces'],
      ['app.tsx', 'trace-file.tsx'],
      ['main.tsx'],
    ],
    beside: ['../src/contract/index.ts', '../src/panels/panels.ts'],
    moduleState: [{ file: 'ask.ts', why: 'the page is one bundle' }],
  },
  dashboards: {
    workspace: ['@spanline/monitor/offline', '@spanline/record', '@spanline/record/metrics', '@spanline/remote'],
    runtime: [],
    types: [],
    loaders: [],
    only: { '@spanline/monitor/offline': ['rules'], '@spanline/remote': ['apply', 'engines', 'rules'] },
    floors: [['apply', 'metrics', 'terraform'], ['panels'], ['search'], ['engines'], ['rules'], ['index.ts']],
  },
  cli: {
    workspace: [
      '@spanline/core',
      '@spanline/core/internal',
      '@spanline/dashboards',
      '@spanline/evals',
      '@spanline/monitor/offline',
      '@spanline/pretty',
      '@spanline/pretty/internal',
      '@spanline/prompts',
      '@spanline/query',
      '@spanline/query/internal',
      '@spanline/record',
      '@spanline/record/statistics',
      '@spanline/remote',
      '@spanline/replay',
      '@spanline/ship',
      '@spanline/ship/internal',
      '@spanline/viewer',
    ],
    runtime: [
      '@babel/parser',
      '@modelcontextprotocol/sdk',
      'csv-parse',
      'diff',
      'hyparquet',
      'magic-string',
      'tinyglobby',
      'yaml',
      'zod',
    ],
    types: ['@aws-sdk/client-cloudwatch'],
    loaders: ['targets/connect.ts'],
    only: {
      '@aws-sdk/client-cloudwatch': ['targets'],
      '@babel/parser': ['care'],
      '@modelcontextprotocol/sdk': ['mcp'],
      // For the redaction of a target, and to find personal data.
      '@spanline/core': ['care', 'rerun', 'ship'],
      '@spanline/core/internal': ['rerun'],
      '@spanline/evals': ['rerun'],
      '@spanline/record/statistics': ['rerun'],
      '@spanline/dashboards': ['dashboards', 'targets', 'why'],
      '@spanline/monitor/offline': ['why'],
      '@spanline/prompts': ['prompts', 'rerun'],
      '@spanline/query': ['figures.ts', 'source', 'ask', 'care', 'prompts', 'reconcile', 'replay', 'rerun', 'why'],
      '@spanline/query/internal': ['care', 'reconcile', 'tail', 'view'],
      '@spanline/replay': ['replay', 'rerun'],
      '@spanline/viewer': ['care', 'view'],
      'csv-parse': ['reconcile'],
      diff: ['care'],
      hyparquet: ['reconcile'],
      'magic-string': ['care'],
      tinyglobby: ['care'],
      yaml: ['prompts'],
      zod: ['mcp'],
    },
    floors: [
      ['command.ts', 'fail.ts', 'state-folder.ts', 'version.ts'],
      ['confirm.ts', 'flags.ts', 'help.ts'],
      ['report'],
      ['figures.ts', 'targets'],
      ['setup'],
      ['source', 'ship'],
      ['ask', 'care', 'dashboards', 'prompts', 'reconcile', 'tail', 'view', 'why'],
      ['provision', 'replay', 'rerun'],
      ['mcp'],
      ['run.ts'],
      ['index.ts', 'main.ts'],
    ],
  },
};
