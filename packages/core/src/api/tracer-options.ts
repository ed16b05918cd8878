/** Options of `createTracer`. */
import type { Logger } from 'pino';
import type { ProfileName } from '@spanline/record';
import type { CaptureSetting, DeltaMode, LimitOptions, RedactOptions } from './capture.ts';
import type { ForeignContext } from './context.ts';
import type { PriceTable } from './prices.ts';
import type { SamplingOptions } from './sampling.ts';

/** Options of `createTracer`. They take precedence over environment variables. */
export interface TracerOptions {
  /**
   * The service that writes the lines.
   * @defaultValue `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, the nearest package.json
   */
  service?: ServiceOptions;
  /**
   * Written as `spanline.project` on every line.
   * @defaultValue `SPANLINE_PROJECT`, `LANGSMITH_PROJECT`, `LANGCHAIN_PROJECT`
   */
  project?: string;
  /** Any pino 8–10 logger, also with custom levels. @defaultValue `createLogger()` on stdout */
  logger?: Logger;
  /** `false` records no span and writes no line. @defaultValue `SPANLINE_ENABLED`, else true */
  enabled?: boolean;
  /** Level of the lines of successful spans. @defaultValue `SPANLINE_LEVEL`, else `info` */
  level?: string;
  /**
   * Spelling of the emitted line.
   * @defaultValue that of a `createLogger` logger, else `SPANLINE_PROFILE`, else `otel`
   */
  profile?: Profile;
  /**
   * How much content reaches the log: a mode, or a function that chooses one for each span.
   * @defaultValue `SPANLINE_CAPTURE`, else `redacted`
   */
  capture?: CaptureSetting;
  /** Redaction rules, detectors and paths, beside the built-in rules. An array has the paths alone, as in pino. */
  redact?: RedactOptions | readonly string[];
  /**
   * Replaces personal data and credentials in the lines of `tracer.logger`, as `redact` does in spans. With
   * `capture: 'full'` it replaces credentials only. `false` leaves your fields as they are; ids that Spanline adds are
   * still redacted.
   * @defaultValue that of a `createLogger` logger, else true
   */
  redactLines?: boolean;
  /**
   * Replaces a message that an earlier line of the trace holds by a reference, `{"ref":"<span_id>#i3"}`. `containers`
   * does so in chains, agents and graph nodes, `all` in the inputs of model calls as well, `none` nowhere.
   * `reconstructMessages` restores the messages. With `sampling.spans: 'roots'` there are no references.
   * @defaultValue `containers`
   */
  deltas?: DeltaMode;
  /** Size limits of a line and of its content. */
  limits?: LimitOptions;
  /** Limits the traces and spans that are written. @defaultValue all are written */
  sampling?: SamplingOptions;
  /** Writes content to a log of its own, which fewer people may read. @defaultValue content is in the span's line */
  content?: ContentOptions;
  /**
   * Your prices by model name, in US dollars per million tokens. They take precedence over the built-in table. A
   * trailing `*` in a name matches a prefix. Names are compared without regard to case.
   *
   * @defaultValue those of the file that `SPANLINE_PRICES` names
   */
  prices?: PriceTable;
  /**
   * Names the seller of a host's models, by `host:port`, host, or `*.domain`. A value is the name of a provider
   * (`groq`), `gateway` for a server that passes calls on at the maker's price, or `self_hosted` for models without a
   * price.
   *
   * @defaultValue Spanline knows the hosts of providers. On any other host, a closed model has the price of its maker,
   * and a model with open weights has none.
   */
  hosts?: Readonly<Record<string, string>>;
  /**
   * Returns the active span of another tracer, which becomes the parent of new traces.
   * @defaultValue the active OpenTelemetry span, read without importing OpenTelemetry
   */
  parentContext?: () => ForeignContext | undefined;
  /** Time source, for tests. @defaultValue the system's clocks */
  clock?: Clock;
  /** Also writes a `span.start` line per span, for live views. @defaultValue false */
  emitStarts?: boolean;
  /** Seconds between two stats lines. 0 turns them off. @defaultValue `SPANLINE_STATS_INTERVAL`, else 60 */
  statsIntervalSeconds?: number;
  /**
   * Key of HMAC hashes: `capture: 'hashed'`, `redact.hash`, and the evidence of truncated content.
   * @defaultValue `SPANLINE_HASH_KEY`
   */
  hashKey?: string;
  /** Maximum number of open spans. Beyond it the oldest is written as `abandoned`. @defaultValue 50000 */
  maxOpenSpans?: number;
}

/** The service that writes the lines. */
export interface ServiceOptions {
  /**
   * Written as `service.name`.
   * @defaultValue `OTEL_SERVICE_NAME`, else `OTEL_RESOURCE_ATTRIBUTES`, else the name in the nearest package.json
   */
  name?: string;
  /**
   * Written as `service.version`.
   * @defaultValue `OTEL_RESOURCE_ATTRIBUTES`, else the version in the nearest package.json
   */
  version?: string;
  /** Written as `deployment.environment.name`. @defaultValue `OTEL_RESOURCE_ATTRIBUTES` */
  environment?: string;
}

/** Where content is written. */
export interface ContentOptions {
  /**
   * A second pino logger. It gets the content fields in `span.content` lines; the span's line keeps
   * `spanline.content.ref`.
   */
  destination: Logger;
}

/** Spelling of the emitted lines. */
export type Profile = ProfileName;

/** A time source. Tests set it. */
export interface Clock {
  /** Epoch milliseconds, fractional. */
  now(): number;
  /** Monotonic milliseconds, fractional. */
  monotonic(): number;
}
