/** The parts of a tracer: its options, logger, pipeline, open spans, and what its spans need of it. */
import type { Logger } from 'pino';
import type { AlertOptions, Clock, Tracer, TracerOptions } from '../api/index.ts';
import { type Capture, createCapture } from '../capture/index.ts';
import { newBootId } from '../context/index.ts';
import { writeAlert, writeScore } from '../events/index.ts';
import { admitInstant } from '../gate/index.ts';
import {
  createLinePaths,
  createLogger,
  createWriter,
  deriveLogger,
  destinationKind,
  serviceMembers,
  withOwnPaths,
} from '../log/index.ts';
import { createPipeline, createStats, type Pipeline, type Stats } from '../pipeline/index.ts';
import { pathOptions } from '../redaction/index.ts';
import { createClock, isOwning, OWNER, type SpanOwner, STATE } from '../trace/index.ts';
import { createPricer, type Pricer } from '../usage/index.ts';
import { OpenSpans } from './open-spans.ts';
import { checkLevel, type ResolvedOptions, resolveOptions } from './options.ts';

/** Writes an event, and counts what is wrong with it. */
type EventWriter<Options> = (
  pipeline: Pipeline,
  options: Options,
  epochMs: number,
  internalError: SpanOwner['internalError'],
) => void;

/** Parts that a tracer's methods share. */
export interface TracerParts {
  readonly resolved: ResolvedOptions;
  /** Derived from the given one. */
  readonly logger: Logger;
  readonly stats: Stats;
  readonly pipeline: Pipeline;
  readonly openSpans: OpenSpans;
  readonly owner: SpanOwner;
  readonly alert: (options: AlertOptions) => void;
  /** Hands the open spans and the counters over to another tracer. */
  readonly handOver: (heir: Tracer) => void;
}

function createTracerPipeline(
  options: TracerOptions,
  resolved: ResolvedOptions,
  logger: Logger,
  { capture, stats, pricer }: { capture: Capture; stats: Stats; pricer: Pricer },
): Pipeline {
  const { content } = options;
  return createPipeline({
    resource: resolved.resource,
    level: resolved.level,
    profile: resolved.profile,
    pricer,
    capture,
    writer: createWriter(logger, { ignoresRedact: options.logger === undefined }),
    contentWriter: content === undefined ? undefined : createWriter(content.destination),
    sampling: resolved.sampling,
    stats,
    bootId: newBootId(),
  });
}

/** The logger of a tracer that is given none. The user's paths apply to the application's lines as well. */
function createOwnLogger(options: TracerOptions, { profile }: ResolvedOptions): Logger {
  const redact = pathOptions(options.redact);
  return createLogger(redact === undefined ? { profile } : { profile, redact });
}

/** The application's clock. Where it throws or returns no time, the default clock is used. */
function steadyClock(given: Clock): Clock {
  const fallback = createClock();
  const tell = (read: 'now' | 'monotonic', isTime: (time: number) => boolean): number => {
    try {
      const time = given[read]();
      if (isTime(time)) return time;
    } catch {
      // The default clock goes on.
    }
    return fallback[read]();
  };
  return {
    now: () => tell('now', (time) => admitInstant(time) !== undefined),
    monotonic: () => tell('monotonic', Number.isFinite),
  };
}

/** Checks the options and creates the parts of a tracer. */
export function createTracerParts(options: TracerOptions): TracerParts {
  const resolved = resolveOptions(options, process.env);
  const given = options.logger ?? createOwnLogger(options, resolved);
  checkLevel(resolved, given);
  const clock = options.clock === undefined ? createClock() : steadyClock(options.clock);
  const stats = createStats();
  const { profile, resource } = resolved;
  const capture = createCapture({
    capture: resolved.capture,
    destination: destinationKind(given),
    deltas: resolved.deltas,
    redact: options.redact,
    profile,
    limits: options.limits,
    hashKey: resolved.hashKey,
  });
  const pricer = createPricer({ prices: resolved.prices, hosts: options.hosts });
  const pipeline = createTracerPipeline(options, resolved, given, { capture, stats, pricer });
  const captureIds = capture.ids((report) => stats.captured(report));
  const logger = deriveLogger(given, profile, {
    ids: options.logger === undefined ? captureIds : withOwnPaths(given, captureIds),
    capture: capture.lines(resolved.lines),
    service: serviceMembers(resource.serviceName, profile),
    paths: options.logger === undefined ? undefined : createLinePaths(pathOptions(options.redact)),
    captured: (report) => stats.captured(report),
  });
  const openSpans = new OpenSpans(resolved.maxOpenSpans, stats);
  const eventWriter =
    <T>(where: string, write: EventWriter<T>) =>
    (eventOptions: T): void => {
      if (!resolved.enabled) return;
      try {
        write(pipeline, eventOptions, clock.now(), (at, fault) => stats.internalError(at, fault));
      } catch (error) {
        stats.internalError(where, error);
      }
    };
  const owner: SpanOwner = {
    tracer: undefined,
    maxLabels: resolved.maxLabels,
    profile: resolved.profile,
    captureIds,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    internalError: (where, error) => stats.internalError(where, error),
    score: eventWriter('score', writeScore),
    priceOf(call): number | undefined {
      const cost = pricer.cost({ timestamp: clock.now(), ...call });
      if ('usd' in cost) return cost.usd;
      return cost.reason === 'self_hosted' ? 0 : undefined;
    },
    finish(span): void {
      openSpans.delete(span);
      if (resolved.enabled) pipeline.ended(span);
    },
    takeOver(spans, counters): void {
      for (const span of spans) {
        span[STATE].owner = owner;
        openSpans.add(span);
      }
      stats.add(counters);
    },
  };
  function handOver(heir: Tracer): void {
    owner.tracer = heir;
    if (isOwning(heir)) heir[OWNER].takeOver(openSpans.takeAll(), stats.read(0));
  }

  const alert = eventWriter('alert', writeAlert);
  return { resolved, logger, stats, pipeline, openSpans, owner, alert, handOver };
}
