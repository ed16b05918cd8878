/** The tracers of the process, and which of them serves code that was given none. */
import type { Tracer } from '../api/index.ts';
import { sharedState } from '../context/index.ts';

/** The tracer that `SPANLINE_*` configures. It serves until the application creates one. */
export interface ConfiguredTracer {
  readonly tracer: Tracer;
  /** Hands its open spans and its counters over to the application's tracer, and ends. */
  handOver(heir: Tracer): void;
}

/** Shared by all copies of this package. */
interface Registry {
  /** The tracer that the application named; `null` if it named none. */
  named: Tracer | null | undefined;
  /** The tracers that the application created and has not shut down, oldest first. */
  readonly open: Set<Tracer>;
  /** The last one that it shut down. Late work still belongs to its log, not to a log that nobody asked for. */
  closed: Tracer | undefined;
  /** The one of these that is in force. */
  application: Tracer | undefined;
  configured: ConfiguredTracer | undefined;
  /** Called when another tracer may have become the default. */
  readonly observers: Set<() => void>;
  hasWarned: boolean;
}

const registry = sharedState<Registry>('tracers', () => ({
  named: undefined,
  open: new Set(),
  closed: undefined,
  application: undefined,
  configured: undefined,
  observers: new Set(),
  hasWarned: false,
}));

/** The application's tracer: the one it named, else the oldest that is open, else the last one that it shut down. */
function applicationTracer(): Tracer | undefined {
  const { named, open, closed } = registry;
  if (named !== undefined) return named ?? undefined;
  const [oldest] = open;
  return oldest ?? closed;
}

/**
 * Returns the tracer of the process.
 *
 * @param configure - makes the tracer that `SPANLINE_*` configures
 */
export function processTracer(configure: () => ConfiguredTracer): Tracer {
  return registry.application ?? (registry.configured ??= configure()).tracer;
}

/** Returns the tracer of the process if there is one. It makes none. */
export function knownTracer(): Tracer | undefined {
  return registry.application ?? registry.configured?.tracer;
}

function changed(): void {
  const heir = applicationTracer();
  registry.application = heir;
  if (heir !== undefined) {
    registry.configured?.handOver(heir);
    registry.configured = undefined;
  }
  for (const observer of registry.observers) observer();
}

/** Calls `observer` when another tracer may have become the default. Returns a function that stops it. */
export function onDefaultChange(observer: () => void): () => void {
  registry.observers.add(observer);
  return () => void registry.observers.delete(observer);
}

/** The application may still name one of its tracers in the same turn. */
function warnIfAmbiguous(): void {
  const { named, open, hasWarned } = registry;
  if (named !== undefined || open.size < 2 || hasWarned) return;
  registry.hasWarned = true;
  process.emitWarning(
    'A second tracer was created. Code that is given no tracer uses the first one. Name one with setDefaultTracer().',
    { type: 'SpanlineWarning', code: 'SPANLINE_TWO_TRACERS' },
  );
}

/** Registers a tracer that the application created. */
export function register(tracer: Tracer): void {
  registry.open.add(tracer);
  if (registry.open.size > 1) process.nextTick(warnIfAmbiguous);
  changed();
}

/** Takes a tracer that was shut down out of the registry. */
export function unregister(tracer: Tracer): void {
  if (!registry.open.delete(tracer)) return;
  registry.closed = tracer;
  if (registry.named === tracer) registry.named = undefined;
  changed();
}

/** Names the tracer of the process; `undefined` names none, whatever tracers there are. */
export function nameDefault(tracer: Tracer | undefined): void {
  registry.named = tracer ?? null;
  changed();
}
