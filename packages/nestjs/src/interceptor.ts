/** The interceptor: it hands errors to the span of the request, before Nest's exception filters answer them. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';
import { noteNodeError } from '@spanline/http';
import { isObject, props } from '@spanline/record';

/** Express's messages are Node's. Fastify's have them in `raw`. */
function nodeMessage(message: unknown): unknown {
  const { raw } = props(message);
  return isObject(raw) ? raw : message;
}

/** Notes the error of a handler. Other transports than HTTP have no request. */
function noteIn(context: ExecutionContext, error: unknown): void {
  if (context.getType() !== 'http') return;
  const http = context.switchToHttp();
  const request = nodeMessage(http.getRequest()) as IncomingMessage;
  noteNodeError(request, nodeMessage(http.getResponse()) as ServerResponse, error);
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
      return next.handle().pipe(tap({ error: (thrown: unknown) => noteIn(context, thrown) }));
    },
  };
}
