import type { AttributeRows } from './row.ts';

// Attributes that the tracer writes on every line, and the resource that writes them.

/** Envelope. */
export const ENVELOPE = {
  '@timestamp': { kind: 'string', privacy: 'own', required: 'line', form: 'iso_millis', otlp: 'field', docs: 'End of the span or time of the event, ISO 8601 in milliseconds, UTC.' },
  level: { kind: 'string', privacy: 'own', required: 'line', form: 'word', otlp: 'field', ecs: 'log.level', datadog: 'status', docs: "Lower-case level: `error` for errors, `warn` for aborted, abandoned and unfinished spans, else the tracer's level." },
  message: { kind: 'string', privacy: 'personal', required: 'line', maxBytes: 1024, prose: true, otlp: 'field', docs: 'One sentence for people. No fact is only here.' },
  'event.name': { kind: 'string', privacy: 'own', required: 'line', values: ['span.end', 'span.start', 'span.content', 'gen_ai.evaluation.result', 'alert', 'spanline.stats'], otlp: 'field', docs: 'Event that the line records.' },
  'event.outcome': { kind: 'string', privacy: 'own', required: ['span.end'], values: ['success', 'failure', 'unknown'], otlp: 'field', docs: '`success` for `ok`, `failure` for `error`, `unknown` for every other status.' },
  'event.id': { kind: 'string', privacy: 'own', required: 'line', form: 'event_id', docs: '`<boot id>-<sequence>`: the idempotency key of shippers. A gap in the sequence shows a lost line.' },
  'spanline.schema': { kind: 'string', privacy: 'own', required: 'line', values: ['1.0'], docs: 'Version of this schema.' },
  'spanline.read_at': { kind: 'string', privacy: 'own', form: 'iso_millis', docs: 'Time at which a shipper read a line of another program that had no time. `@timestamp` is the same.' },
  'spanline.project': { kind: 'string', privacy: 'protected', docs: 'Project that the lines belong to.' },
} as const satisfies AttributeRows;

/** Resource. */
export const RESOURCE = {
  'service.name': { kind: 'string', privacy: 'protected', otlp: 'resource', datadog: 'service', docs: 'Name of the service.' },
  'service.version': { kind: 'string', privacy: 'protected', otlp: 'resource', datadog: 'version', docs: 'Version of the service.' },
  'deployment.environment.name': { kind: 'string', privacy: 'protected', otlp: 'resource', ecs: 'service.environment', datadog: 'env', docs: 'Environment, for example `production`.' },
  'host.name': { kind: 'string', privacy: 'own', otlp: 'resource', datadog: 'hostname', docs: 'Name of the host.' },
  'process.pid': { kind: 'int', privacy: 'own', otlp: 'resource', docs: 'Process id.' },
} as const satisfies AttributeRows;
