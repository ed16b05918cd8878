/** Traces all MCP clients and servers of a program that is started with `--import @spanline/mcp/register`. */

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defaultTracer } from '@spanline/core';
import { type Method, patchMethod, props, tryRequire } from '@spanline/instrumentation';
import { tracePeer } from './wrap.ts';

/** Each module with the class that is connected. Which of them are installed is the application's choice. */
const MODULES = [
  ['@modelcontextprotocol/sdk/client/index.js', 'Client'],
  ['@modelcontextprotocol/sdk/server/index.js', 'Server'],
  ['@modelcontextprotocol/client', 'Client'],
  ['@modelcontextprotocol/server', 'Server'],
] as const;

/** The copy that `import` gives, loaded before the application starts. */
function tryImport(name: string): unknown {
  try {
    return createRequire(import.meta.url)(fileURLToPath(import.meta.resolve(name)));
  } catch {
    return undefined;
  }
}

function traceOnConnect(original: Method): Method {
  return function connect(this: object, ...args: unknown[]): unknown {
    tracePeer(this, {});
    return Reflect.apply(original, this, args);
  };
}

if (defaultTracer().enabled) {
  for (const [name, className] of MODULES) {
    for (const module of [tryImport(name), tryRequire(import.meta.url, name)]) {
      const Class = props(module)[className];
      if (typeof Class === 'function') patchMethod(Class.prototype as object, 'connect', traceOnConnect);
    }
  }
}
