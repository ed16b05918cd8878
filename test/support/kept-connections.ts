/**
 * Servers of tests keep idle connections. Node closes them after five seconds. A machine that is busy for as long between
 * two requests of one test closes a connection while its client sends on it, which is an error of the client.
 */

import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

const KEPT = Symbol.for('spanline.test.kept-connections');
const shared = globalThis as { [KEPT]?: true };

// One worker runs this file for each file of tests.
if (shared[KEPT] === undefined) {
  shared[KEPT] = true;
  subscribe('http.server.request.start', (message) => {
    (message as { server: Server }).server.keepAliveTimeout = 0;
  });
}
