/** The interceptor: it hands errors to the span of the request, before Nest's exception filters answer them. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';
import { type Exchange, exchangeOf, noteNodeError } from '@spanline/http';
import { isObject, props } from '@spanline/record';

/** Express's messages are Node's. Fastify's have them in `raw`. */
function nodeMessage(message: unknown): unknown {
  const { raw } = props(message);
  return isObject(raw) ? raw : message;
}

/** The request that a handler answers; `undefined` for one of another transport, and for one without a span. */
function exchangeIn(context: ExecutionContext): [Exchange, IncomingMessage, ServerResponse] | undefined {
  if (context.getType() !== 'http') return undefined;
  const http = context.switchToHttp();
  const request = nodeMessage(http.getRequest()) as IncomingMessage;
  const exchange = exchangeOf(request);
  return exchange === undefined ? undefined : [exchange, request, nodeMessage(http.getResponse()) as ServerResponse];
}

/**
 * Creates a global interceptor. It notes each error of pipes, inner interceptors and handlers on the span of its
 * request. Exception filters then answer as without it. The span is that of `spanlineExpress` or `spanlineFastify`.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import { createTracer } from '@spanline/core';
 * import { spanlineExpress } from '@spanline/express';
 * import { spanlineInterceptor } from '@spanline/nestjs';
 *
 * class AppModule {}
 * Module({})(AppModule);
 *
 * const app = await NestFactory.create(AppModule);
 * app.use(spanlineExpress({ tracer: createTracer() }));
 * app.useGlobalInterceptors(spanlineInterceptor());
 * await app.listen(3000);
 * ```
 */
export function spanlineInterceptor(): NestInterceptor {
  return {
    intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
      const error = (thrown: unknown): void => {
        const [exchange, request, response] = exchangeIn(context) ?? [];
        if (exchange === undefined || request === undefined || response === undefined) return;
        exchange.guard('nest error', () => noteNodeError(exchange, request, response, thrown));
      };
      return next.handle().pipe(tap({ error }));
    },
  };
}
