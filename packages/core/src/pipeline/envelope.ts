import { hostname } from 'node:os';
import { SCHEMA_VERSION, type SpanRecord } from '@spanline/record';
import { isoMillis } from '../trace/clock.ts';

/** What stands on every line of a tracer. */
export interface Resource {
  readonly serviceName: string | undefined;
  readonly serviceVersion: string | undefined;
  readonly environment: string | undefined;
  readonly project: string | undefined;
}

const HOST = hostname();

/** The fields that all lines of a tracer have in common. */
export function resourceFields(resource: Resource): SpanRecord {
  return {
    'spanline.schema': SCHEMA_VERSION,
    'service.name': resource.serviceName,
    'service.version': resource.serviceVersion,
    'deployment.environment.name': resource.environment,
    'host.name': HOST,
    'process.pid': process.pid,
    'spanline.project': resource.project,
  };
}

/** The beginning of a line that is no span. `event.id` gets its value when the line is written. */
export function envelope(resource: Resource, epochMs: number, level: string, message: string): SpanRecord {
  return {
    '@timestamp': isoMillis(epochMs),
    level,
    message,
    'event.name': undefined,
    'event.id': undefined,
    ...resourceFields(resource),
  };
}
