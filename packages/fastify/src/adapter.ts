/** Fastify's requests and replies, as the tracer of requests reads them. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Adapter, nodeEnding, noteRoute, watchListeners, watchResponse } from '@spanline/http';
import { SCOPE } from './scope.ts';

/** Ids that Fastify counts in one process (`req-1`), and that repeat in the next. */
const COUNTED = /^req-[\da-z]+$/;

/** The adapter, without the place where the close is handled. */
export const FASTIFY: Omit<Adapter<FastifyRequest, FastifyReply>, 'listen'> = {
  scope: SCOPE,
  frameworkOptions: ['logLevel', 'logSerializers', 'prefix'],
  key: (request) => request.raw,
  method: (request) => request.method,
  target: (request) => request.originalUrl,
  headers: (request) => request.headers,
  version: (request) => request.raw.httpVersion,
  scheme: (request) => request.protocol,
  address: (request) => request.ip,
  givenId: ({ id }) => (COUNTED.test(id) ? undefined : id),
  givenHeader: (reply, name) => reply.getHeader(name),
  setHeader: (reply, name, value) => void reply.header(name, value),
  watch(request, reply, state) {
    watchResponse(reply.raw);
    watchListeners(request.raw);
    watchListeners(reply.raw);
    noteRoute(state, request.method, request.is404 ? undefined : request.routeOptions.url);
  },
  ending: (_request, reply, exchange) => nodeEnding(reply.raw, exchange),
};
