import type { AttributeRows } from './row.ts';

// Attributes of HTTP requests.

/** Http. */
export const HTTP = {
  'http.request.method': { kind: 'string', privacy: 'protected', settable: true, datadog: 'http.method', docs: 'Method of the request.' },
  'http.route': { kind: 'string', privacy: 'personal', settable: true, docs: 'Route pattern: `/users/:id`.' },
  'http.response.status_code': { kind: 'int', privacy: 'protected', settable: true, datadog: 'http.status_code', docs: 'Status code.' },
  'url.scheme': { kind: 'string', privacy: 'protected', settable: true, datadog: 'http.url_details.scheme', docs: '`http` or `https`.' },
  'url.path': { kind: 'string', privacy: 'personal', settable: true, maxBytes: 1024, datadog: 'http.url_details.path', docs: 'Path of the request.' },
  'url.query': { kind: 'string', privacy: 'personal', settable: true, maxBytes: 1024, datadog: 'http.url_details.query', docs: 'Query, listed parameters only.' },
  'client.address': { kind: 'string', privacy: 'personal', settable: true, datadog: 'network.client.ip', docs: 'Address of the client.' },
  'user_agent.original': { kind: 'string', privacy: 'personal', settable: true, maxBytes: 512, datadog: 'http.useragent', docs: 'User agent of the client.' },
  'network.protocol.version': { kind: 'string', privacy: 'protected', settable: true, docs: 'HTTP version.' },
  'http.request.body.size': { kind: 'int', privacy: 'protected', settable: true, docs: 'Size of the request body, in bytes.' },
  'http.response.body.size': { kind: 'int', privacy: 'protected', settable: true, docs: 'Size of the response body, in bytes.' },
  'spanline.http.ttfb_ms': { kind: 'double', privacy: 'protected', settable: true, docs: 'Time to the first byte of the response, in milliseconds.' },
  'spanline.http.aborted': { kind: 'boolean', privacy: 'protected', settable: true, docs: 'The client left before the response ended.' },
  'spanline.http.streaming': { kind: 'boolean', privacy: 'protected', settable: true, docs: 'The response was streamed.' },
} as const satisfies AttributeRows;
