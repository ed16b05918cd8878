import type { AttributeRows } from './row.ts';

// Attributes that tie a line to its trace, request, session and user.

/** Identity. */
export const IDENTITY = {
  trace_id: { kind: 'string', privacy: 'own', required: ['span.end', 'span.start'], form: 'trace_id', otlp: 'field', ecs: 'trace.id', docs: 'Trace, 32 hex digits (W3C).' },
  span_id: { kind: 'string', privacy: 'own', required: ['span.end', 'span.start'], form: 'span_id', otlp: 'field', ecs: 'span.id', docs: 'Span, 16 hex digits (W3C).' },
  parent_span_id: { kind: 'string', privacy: 'own', form: 'span_id', otlp: 'field', ecs: 'parent.id', docs: 'Parent span, 16 hex digits. Absent on a root.' },
  trace_flags: { kind: 'string', privacy: 'own', form: 'trace_flags', otlp: 'field', docs: 'W3C trace flags, two hex digits.' },
  'dd.trace_id': { kind: 'string', privacy: 'protected', docs: "Datadog's id of the trace, only where the span is a child of a dd-trace span." },
  'dd.span_id': { kind: 'string', privacy: 'protected', docs: "Datadog's id of the span, only where the span is a child of a dd-trace span." },
  'spanline.parent.remote': { kind: 'boolean', privacy: 'own', docs: 'The parent is in another process.' },
  'spanline.link.trace_id': { kind: 'string', privacy: 'protected', form: 'trace_id', docs: 'Trace that caused this one without being its parent: an untrusted caller, a graph that waited for a human.' },
  'spanline.late': { kind: 'boolean', privacy: 'own', docs: 'The span ended after its local root.' },
} as const satisfies AttributeRows;

/** Correlation. */
export const CORRELATION = {
  'http.request.id': { kind: 'string', privacy: 'protected', datadog: 'http.request_id', docs: 'Id of the request that the work belongs to.' },
  'session.id': { kind: 'string', privacy: 'personal', docs: 'Id of the session, or of the conversation that a framework names.' },
  'user.id': { kind: 'string', privacy: 'personal', datadog: 'usr.id', docs: 'Id of the user.' },
  'spanline.tags': { kind: 'strings', privacy: 'personal', docs: 'Tags of the span.' },
  'gen_ai.conversation.id': { kind: 'string', privacy: 'protected', settable: true, docs: 'Conversation, where the application or a framework names one. It is never made up.' },
  'spanline.langgraph.thread_id': { kind: 'string', privacy: 'protected', settable: true, docs: 'Id of the thread of a graph.' },
} as const satisfies AttributeRows;
