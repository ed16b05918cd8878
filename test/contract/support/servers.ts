/**
 * One server for each adapter. All serve the same routes, which are written once: a row turns them into handlers of its
 * framework.
 */

import { once } from 'node:events';
import 'reflect-metadata';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { serve } from '@hono/node-server';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Module,
  Post,
  Req,
  StreamableFile,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import express from 'express';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Context, Hono } from 'hono';
import type { Span, Tracer } from '@spanline/core';
import { currentSpan } from '@spanline/core';
import * as spanlineExpress from '@spanline/express';
import * as spanlineFastify from '@spanline/fastify';
import type * as spanlineHono from '@spanline/hono';
import type { Identity, ServerOptions } from '@spanline/http';
import type * as spanlineNest from '@spanline/nestjs';
import type * as spanlineNext from '@spanline/next';

/** A request, as all frameworks have it. */
interface Call {
  readonly id: string;
  readonly body: unknown;
  readonly log: Tracer['logger'];
  readonly span: Span | undefined;
  readonly signal: AbortSignal;
  identify(identity: Identity): void;
}

/** Answers a request with a text, or piece by piece. */
type Handler = (call: Call) => Promise<string | AsyncIterable<string>>;

/** Handlers by method and path, which may have the parameter `:id`. */
export type Routes = Readonly<Record<string, Handler>>;

/** Options that do not read requests. */
export type PlainOptions = ServerOptions<never, never> & {
  /** Reads the user from the header `x-user`. */
  byHeader?: boolean;
};

/** A server that listens. */
export interface Running {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** An adapter. */
export interface ServerRow {
  /** Its folder in `packages/`. */
  readonly name: string;
  /** The way in which it is used, where there are several. */
  readonly way?: string;
  /** The scope of its spans. */
  readonly scope: string;
  /**
   * Its requests are those of the Web, and come behind the router: they tell no connection, and the framework answers
   * every error with 500.
   */
  readonly isBehindRouter?: boolean;
  /** How it spells the template of a route. @defaultValue as the contract does */
  readonly template?: (path: string) => string;
  /**
   * Starts a server.
   *
   * @param copies - the copies of the adapter's package, all with the same options
   */
  start(copies: readonly unknown[], options: PlainOptions, routes: Routes): Promise<Running>;
}

const split = (route: string): [method: string, path: string] => route.split(' ') as [string, string];

/** The options of an adapter whose requests are read with `headers`. */
function optionsFor<Req, Res>(
  { byHeader = false, ...options }: PlainOptions,
  header: (req: Req, name: string) => unknown,
): ServerOptions<Req, Res> {
  const given = options as ServerOptions<Req, Res>;
  if (!byHeader) return given;
  return {
    ...given,
    ignore: (req) => header(req, 'x-health') === 'yes',
    identify: (req) => ({ userId: header(req, 'x-user') as string | undefined }),
    capture: (req) => (header(req, 'x-capture') === 'full' ? 'full' : undefined),
  };
}

function runningOf(server: Server): Running {
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A body of the Web, written in the context of its handler. */
function streamOf(pieces: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async start(controller) {
      try {
        for await (const piece of pieces) controller.enqueue(encoder.encode(piece));
        controller.close();
      } catch (error) {
        controller.error(error);
      }
    },
  });
}

const expressRow: ServerRow = {
  name: 'express',
  scope: '@spanline/express',
  async start(copies, options, routes) {
    const modules = copies as (typeof spanlineExpress)[];
    const app = express().set('env', 'test');
    for (const copy of modules) {
      app.use(
        copy.spanlineExpress(optionsFor<express.Request, express.Response>(options, (req, name) => req.get(name))),
      );
    }
    app.use(express.json());
    for (const [route, handler] of Object.entries(routes)) {
      const [method, path] = split(route);
      app[method.toLowerCase() as 'get'](path, async (req, res) => {
        const answer = await handler({
          id: String(req.params['id']),
          body: req.body as unknown,
          log: req.log,
          span: req.span,
          signal: req.clientSignal,
          identify: (identity) => modules[0]?.identify(req, identity),
        });
        if (typeof answer === 'string') {
          res.send(answer);
          return;
        }
        for await (const piece of answer) res.write(piece);
        res.end();
      });
    }
    for (const copy of modules) app.use(copy.spanlineErrorHandler());
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return runningOf(server);
  },
};

const fastifyRow: ServerRow = {
  name: 'fastify',
  scope: '@spanline/fastify',
  async start(copies, options, routes) {
    const modules = copies as (typeof spanlineFastify)[];
    const app = Fastify({ forceCloseConnections: true });
    for (const copy of modules) {
      await app.register(
        copy.spanlineFastify,
        optionsFor<FastifyRequest, FastifyReply>(options, (request, name) => request.headers[name]),
      );
    }
    for (const [route, handler] of Object.entries(routes)) {
      const [method, url] = split(route);
      app.route({
        method,
        url,
        async handler(request) {
          const answer = await handler({
            id: String((request.params as { id?: string }).id),
            body: request.body,
            log: request.log as Tracer['logger'],
            span: request.span,
            signal: request.clientSignal,
            identify: (identity) => modules[0]?.identify(request, identity),
          });
          return typeof answer === 'string' ? answer : Readable.from(answer);
        },
      });
    }
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, port: Number(new URL(url).port), stop: () => app.close() };
  },
};

const honoRow: ServerRow = {
  name: 'hono',
  scope: '@spanline/hono',
  async start(copies, options, routes) {
    const modules = copies as (typeof spanlineHono)[];
    const app = new Hono();
    for (const copy of modules) {
      app.use(copy.spanlineHono(optionsFor<Context, Context>(options, (c, name) => c.req.header(name))));
    }
    app.onError((error, c) => c.text(error.message, ((error as { status?: number }).status ?? 500) as 500));
    for (const [route, handler] of Object.entries(routes)) {
      const [method, path] = split(route);
      app.on(method, path, async (c) => {
        const answer = await handler({
          id: String(c.req.param('id')),
          body: method === 'POST' ? await c.req.json<unknown>() : undefined,
          log: c.get('log'),
          span: c.get('span'),
          signal: modules[0]?.clientSignal(c) ?? c.req.raw.signal,
          identify: (identity) => modules[0]?.identify(c, identity),
        });
        return typeof answer === 'string' ? c.text(answer) : new Response(streamOf(answer));
      });
    }
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    await once(server, 'listening');
    return runningOf(server);
  },
};

/** Nest has decorators for classes. They are functions, and the routes of the contract have no class. */
function controllerOf(routes: Routes, isFastify: boolean): new () => object {
  class Answers {
    readonly paths = Object.keys(routes);
  }
  const prototype = Answers.prototype as unknown as Record<string, unknown>;
  for (const [route, handler] of Object.entries(routes)) {
    const [method, path] = split(route);
    const name = route.replaceAll(/\W/g, '_');
    prototype[name] = async (req: express.Request & FastifyRequest) => {
      const answer = await handler({
        id: String((req.params as { id?: string }).id),
        body: req.body,
        log: req.log as Tracer['logger'],
        span: req.span,
        signal: req.clientSignal,
        identify: (identity) => (isFastify ? spanlineFastify.identify : spanlineExpress.identify)(req, identity),
      });
      if (typeof answer === 'string') return answer;
      const file = new StreamableFile(Readable.from(answer));
      return file.setErrorHandler((error, response) => (response as unknown as ServerResponse).destroy(error));
    };
    (method === 'GET' ? Get(path) : Post(path))(
      prototype,
      name,
      Object.getOwnPropertyDescriptor(prototype, name) ?? {},
    );
    Req()(prototype, name, 0);
  }
  Controller()(Answers);
  return Answers;
}

/** Answers with the status of the error, as filters of applications do. */
class StatusFilter implements ExceptionFilter {
  catch(error: { status?: number; message: string }, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: unknown): void } }>();
    response.status(error.status ?? 500).send({ message: error.message });
  }
}
Catch()(StatusFilter);

const nestRow = (isFastify: boolean): ServerRow => ({
  name: 'nestjs',
  way: isFastify ? 'on Fastify' : 'on Express',
  scope: isFastify ? '@spanline/fastify' : '@spanline/express',
  async start(copies, options, routes) {
    class App {
      readonly name = 'contract';
    }
    Module({ controllers: [controllerOf(routes, isFastify)] })(App);
    const quiet = { logger: false } as const;
    const app = isFastify
      ? await NestFactory.create(
          App,
          new FastifyAdapter({ forceCloseConnections: true, disableRequestLogging: true }),
          quiet,
        )
      : await NestFactory.create(App, { ...quiet, forceCloseConnections: true });
    if (isFastify) {
      const given = optionsFor<FastifyRequest, FastifyReply>(options, (request, name) => request.headers[name]);
      await (app as NestFastifyApplication).register(spanlineFastify.spanlineFastify, given);
    } else {
      const given = optionsFor<express.Request, express.Response>(options, (req, name) => req.get(name));
      app.use(spanlineExpress.spanlineExpress(given));
    }
    app.useGlobalInterceptors(
      ...(copies as (typeof spanlineNest)[]).map(({ spanlineInterceptor }) => spanlineInterceptor()),
    );
    app.useGlobalFilters(new StatusFilter());
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    return { url, port: Number(new URL(url).port), stop: () => app.close() };
  },
});

/**
 * Route handlers as Next calls them: with a request of the Web, and the parameters as a promise. Next's server needs a
 * build of the application; here another router stands before the handlers.
 */
const nextRow: ServerRow = {
  name: 'next',
  scope: '@spanline/next',
  isBehindRouter: true,
  template: (path) => path.replaceAll(/:(\w+)/g, '[$1]'),
  async start(copies, options, routes) {
    const modules = copies as (typeof spanlineNext)[];
    const given = optionsFor<Request, Request>(options, (request, name) => request.headers.get(name) ?? undefined);
    const app = new Hono();
    app.onError((error, c) => c.text(error.message, 500));
    for (const [route, handler] of Object.entries(routes)) {
      const [method, path] = split(route);
      const answerRequest = async (
        request: Request,
        { params }: { params: Promise<{ id?: string }> },
      ): Promise<Response> => {
        const answer = await handler({
          id: String((await params).id),
          body: method === 'POST' ? ((await request.json()) as unknown) : undefined,
          log: (options.tracer as Tracer).logger,
          span: currentSpan(),
          signal: request.signal,
          identify: (identity) => modules[0]?.identify(request, identity),
        });
        return typeof answer === 'string'
          ? new Response(answer)
          : new Response(streamOf(answer), { headers: { 'content-type': 'text/event-stream' } });
      };
      const traced = modules.reduceRight((inner, copy) => copy.traced(inner, given), answerRequest);
      app.on(method, path, (c) => traced(c.req.raw, { params: Promise.resolve(c.req.param()) }));
    }
    if (Object.keys(routes).length === 0) for (const copy of modules) copy.traced(() => new Response(), given);
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    await once(server, 'listening');
    return runningOf(server);
  },
};

/** Every adapter. */
export const SERVERS: readonly ServerRow[] = [expressRow, fastifyRow, honoRow, nestRow(false), nestRow(true), nextRow];
