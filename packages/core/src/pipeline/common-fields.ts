import { hostname } from 'node:os';
import { SCHEMA_VERSION, type SpanRecord, type SpanStatus } from '@spanline/record';
import type { InstrumentationScope } from '../api/index.ts';
import { admitText, readProperty, truncate } from '../gate/index.ts';
import { createCommonFields, type CommonFields } from '../log/index.ts';
import { isoMillis } from '../trace/index.ts';
/** The fields that many lines of a tracer have in common. */
import { SCOPE } from './scope.ts';

/** The service that writes the lines. */
export interface Resource {
  readonly serviceName: string | undefined;
  readonly serviceVersion: string | undefined;
  readonly environment: string | undefined;
  readonly project: string | undefined;
}

const HOST = hostname();
/** UTF-8 bytes of a common field. */
const MAX_BYTES = 256;

/** These fields do not pass capture, so that they are limited here. */
const shortText = (value: unknown): string | undefined => {
  const text = admitText(value);
  return text === undefined ? undefined : truncate(text, MAX_BYTES);
};

function resourceFields(resource: Resource): SpanRecord {
  return {
    'spanline.schema': SCHEMA_VERSION,
    'service.name': shortText(resource.serviceName),
    'service.version': shortText(resource.serviceVersion),
    'deployment.environment.name': shortText(resource.environment),
    'host.name': HOST,
    'process.pid': process.pid,
    'spanline.project': shortText(resource.project),
  };
}

/** Creates a record that is not a span's. `event.id` gets its value when the line is written. */
export function createEnvelope(resource: Resource, epochMs: number, level: string, message: string): SpanRecord {
  return {
    '@timestamp': isoMillis(epochMs),
    level,
    message,
    'event.name': undefined,
    'event.id': undefined,
    ...resourceFields(resource),
  };
}

const OUTCOMES: Readonly<Record<SpanStatus, string>> = {
  ok: 'success',
  error: 'failure',
  aborted: 'unknown',
  abandoned: 'unknown',
  interrupted: 'unknown',
  unfinished: 'unknown',
};

/** Returns the common fields of spans with one scope and status. */
export type SpanCommonFields = (instrumentation: InstrumentationScope | undefined, status: SpanStatus) => CommonFields;

/** Creates the common fields of a tracer's spans. Each combination is serialised once. */
export function createSpanCommonFields(resource: Resource): SpanCommonFields {
  const byScope = new WeakMap<InstrumentationScope, Map<SpanStatus, CommonFields>>();
  let last:
    | { readonly scope: InstrumentationScope; readonly status: SpanStatus; readonly common: CommonFields }
    | undefined;

  function commonFields(scope: InstrumentationScope, status: SpanStatus): CommonFields {
    let byStatus = byScope.get(scope);
    if (byStatus === undefined) byScope.set(scope, (byStatus = new Map<SpanStatus, CommonFields>()));
    let common = byStatus.get(status);
    if (common === undefined) {
      common = createCommonFields({
        'event.name': 'span.end',
        'event.outcome': OUTCOMES[status],
        ...resourceFields(resource),
        'span.status': status,
        'otel.scope.name': shortText(readProperty(scope, 'name')),
        'otel.scope.version': shortText(readProperty(scope, 'version')),
      });
      byStatus.set(status, common);
    }
    return common;
  }

  // Most spans are of the scope and status of the one before.
  return (instrumentation, status) => {
    const scope = instrumentation ?? SCOPE;
    if (last?.scope !== scope || last.status !== status) last = { scope, status, common: commonFields(scope, status) };
    return last.common;
  };
}
