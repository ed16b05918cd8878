/** The plugin. */

import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { Tracer } from '@spanline/core';
import {
  boundLog,
  clientSignalOf,
  createRequestTracer,
  exchangeOf,
  noteNodeError,
  requestState,
  runWithin,
  type ServerOptions,
  whenClosed,
} from '@spanline/http';
import { FASTIFY } from './adapter.ts';

/** Options of {@link spanlineFastify}. */
export interface SpanlineFastifyOptions extends ServerOptions<FastifyRequest, FastifyReply> {}

function decorate(fastify: FastifyInstance): void {
  // The plugin may be registered twice, by two copies.
  if (fastify.hasRequestDecorator('clientSignal')) return;
  fastify.decorateRequest('span', {
    getter() {
      return exchangeOf(this.raw)?.span;
    },
  });
  fastify.decorateRequest('clientSignal', {
    getter() {
      return clientSignalOf(this.raw, requestState(this.raw).response);
    },
  });
}

/**
 * Gives a request its logger, with the ids of the request wherever it is called: Fastify's, or the tracer's if Fastify
 * has none. Fastify without a logger hands one object out to all requests.
 */
function giveLog(request: FastifyRequest, reply: FastifyReply, { logger }: Tracer): void {
  const own = request.log === request.server.log ? logger : request.log;
  request.log = reply.log = boundLog(requestState(request.raw), own) as FastifyRequest['log'];
}

function install(fastify: FastifyInstance, options: SpanlineFastifyOptions): void {
  const requests = createRequestTracer(
    { ...FASTIFY, listen: (request, reply) => whenClosed(reply.raw, () => requests.close(request, reply)) },
    options,
  );
  decorate(fastify);
  fastify.addHook('onRequest', (request, reply, next) => {
    requestState(request.raw).response = reply.raw;
    requests.trace(request, reply, () => {
      requests.guard('fastify log', () => giveLog(request, reply, requests.tracer));
      next();
    });
  });
  // The parser of the body calls back in the context of the connection.
  fastify.addHook('preValidation', (request, _reply, next) => {
    const exchange = exchangeOf(request.raw);
    if (exchange === undefined) next();
    else runWithin(exchange.span, next);
  });
  fastify.addHook('onError', (request, reply, error, next) => {
    noteNodeError(request.raw, reply.raw, error);
    next();
  });
}

/**
 * Fastify plugin. Each request gets a SERVER span, the local root of everything that the request does. Register it
 * first. The response carries the request id (`x-request-id`, the caller's or a new one) and `traceparent`.
 * `request.span` is the span. The lines of `request.log` carry the ids of the request.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { spanlineFastify } from '@spanline/fastify';
 * import Fastify from 'fastify';
 *
 * const tracer = createTracer();
 * const app = Fastify({ loggerInstance: tracer.logger });
 * await app.register(spanlineFastify, { tracer });
 * app.get('/', async (request) => {
 *   request.log.info('answering');
 *   return 'hello';
 * });
 * ```
 *
 * `register` rejects with a SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer.
 */
export const spanlineFastify: FastifyPluginCallback<SpanlineFastifyOptions> = (fastify, options, done) => {
  let fault: Error | undefined;
  try {
    install(fastify, options);
  } catch (error) {
    fault = error as Error;
  }
  done(fault);
};

// The hooks are for the whole application, not for the routes of a child only.
Object.assign(spanlineFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@spanline/fastify',
  [Symbol.for('plugin-meta')]: { name: '@spanline/fastify', fastify: '5.x' },
});
