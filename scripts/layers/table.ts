/** What one package may import, beside its own files. */
export interface PackageRules {
  /** Entries of other workspace packages. */
  workspace: readonly string[];
  /** npm packages that any file may load. */
  runtime: readonly string[];
  /** npm packages that files may name in `import type` only. */
  types: readonly string[];
  /** Files (relative to `src`) that may also load a package of `types`. */
  loaders: readonly string[];
  /** `false`: no file may import a `node:` module. @defaultValue true */
  node?: false;
  /**
   * Rooms of the package (a folder, or a file at the top of `src`), lowest floor first. A room imports rooms on lower floors only, types included.
   */
  floors?: readonly (readonly string[])[];
  /** Files whose types any floor may import. */
  contracts?: readonly string[];
}

/** Rules by package folder. */
export type LayerTable = Readonly<Record<string, PackageRules>>;

function instrumentation(rules: Pick<PackageRules, 'types' | 'loaders' | 'floors'>): PackageRules {
  return { workspace: ['@spanline/core', '@spanline/instrumentation', '@spanline/record'], runtime: [], ...rules };
}

/** The layers and floors of docs/architecture.md. A new package or room gets its row here first. */
export const layerTable: LayerTable = {
  record: {
    workspace: [],
    runtime: ['fastest-levenshtein'],
    types: [],
    loaders: [],
    node: false,
    floors: [['values', 'error.ts'], ['options', 'schema'], ['profiles'], ['reading'], ['index.ts']],
  },
  remote: { workspace: [], runtime: [], types: [], loaders: [], floors: [['backoff.ts', 'secret.ts'], ['index.ts']] },
  core: {
    workspace: ['@spanline/record'],
    runtime: ['pino', '@pydantic/genai-prices'],
    types: [],
    loaders: [],
    floors: [
      ['context'],
      ['usage', 'capture'],
      ['log'],
      ['trace', 'testing.ts', 'pretty.ts'],
      ['default-tracer.ts', 'internal.ts'],
      ['observe.ts', 'score.ts', 'steps.ts'],
      ['index.ts'],
    ],
    contracts: ['capture/options.ts', 'trace/types.ts'],
  },
  instrumentation: {
    workspace: ['@spanline/core', '@spanline/core/internal', '@spanline/record'],
    runtime: [],
    types: [],
    loaders: [],
    floors: [['client', 'amend.ts', 'enter.ts', 'prompt-attributes.ts', 'runs.ts'], ['index.ts']],
  },
  express: instrumentation({ types: ['express'], loaders: [] }),
  langchain: instrumentation({ types: ['@langchain/core'], loaders: ['global.ts'] }),
  llamaindex: instrumentation({
    types: ['llamaindex', '@llamaindex/workflow'],
    loaders: ['with-import.ts', 'with-require.ts'],
  }),
  openai: instrumentation({ types: ['openai'], loaders: ['register.ts'] }),
  anthropic: instrumentation({ types: ['@anthropic-ai/sdk'], loaders: ['register.ts'] }),
  ship: {
    workspace: ['@spanline/record', '@spanline/remote'],
    runtime: ['@opentelemetry/otlp-transformer'],
    types: ['pino'],
    loaders: [],
  },
  monitor: {
    workspace: ['@spanline/core', '@spanline/core/internal', '@spanline/record', '@spanline/remote'],
    runtime: ['@datadog/sketches-js', 'prom-client'],
    types: [],
    loaders: [],
  },
  cli: { workspace: ['@spanline/record', '@spanline/ship'], runtime: [], types: [], loaders: [] },
};
