/** What one package may reach for, beside its own files and Node's `node:` modules. */
export interface PackageRules {
  /** Entries of other workspace packages. */
  workspace: readonly string[];
  /** npm packages that may be loaded from any file. */
  runtime: readonly string[];
  /** npm packages that may be named in `import type` only. */
  types: readonly string[];
  /** Files (relative to `src`) that may load a package of `types` at run time as well. */
  loaders: readonly string[];
}

export interface LayerTable {
  packages: Readonly<Record<string, PackageRules>>;
  /** Rooms of core (a folder, or a file at the top of `src`), lowest floor first. */
  floors: readonly (readonly string[])[];
  /** Files of core that hold agreed types: an `import type` may reach them from any floor. */
  contracts: readonly string[];
}

function source(rules: { types: readonly string[]; loaders: readonly string[] }): PackageRules {
  return { workspace: ['@spanline/core', '@spanline/core/source'], runtime: [], ...rules };
}

/** The layers and floors of docs/architecture.md. A new package or room gets its row here first. */
export const layerTable: LayerTable = {
  packages: {
    core: { workspace: [], runtime: ['pino', '@pydantic/genai-prices'], types: [], loaders: [] },
    express: source({ types: ['express'], loaders: [] }),
    langchain: source({ types: ['@langchain/core'], loaders: ['global.ts'] }),
    llamaindex: source({
      types: ['llamaindex', '@llamaindex/workflow'],
      loaders: ['with-import.ts', 'with-require.ts'],
    }),
    openai: source({ types: ['openai'], loaders: ['register.ts'] }),
    anthropic: source({ types: ['@anthropic-ai/sdk'], loaders: ['register.ts'] }),
    ship: {
      workspace: ['@spanline/core', '@spanline/core/remote'],
      runtime: ['@opentelemetry/otlp-transformer'],
      types: ['pino'],
      loaders: [],
    },
    monitor: {
      workspace: ['@spanline/core', '@spanline/core/remote', '@spanline/core/source'],
      runtime: ['@datadog/sketches-js', 'prom-client'],
      types: [],
      loaders: [],
    },
    cli: { workspace: ['@spanline/core', '@spanline/ship'], runtime: [], types: [], loaders: [] },
  },
  floors: [
    ['schema', 'context', 'remote', 'error.ts'],
    ['profiles'],
    ['usage', 'capture'],
    ['log', 'reading'],
    ['trace', 'testing', 'testing.ts', 'pretty.ts'],
    ['source', 'default-tracer.ts'],
    ['observe.ts', 'score.ts', 'steps.ts'],
    ['index.ts'],
  ],
  contracts: ['capture/options.ts', 'trace/types.ts'],
};
