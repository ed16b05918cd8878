/** An application that logs numbered lines at a steady pace, and ends well: `app.ts <transport> <url> <folder> <lines a second> <seconds>`. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { createLogger } from '@spanline/core';
import { datadog, elasticsearch, spool } from '@spanline/ship';
import { type Logger, pino } from 'pino';

const [transport = '', url = '', folder = '', perSecond = '50', seconds = '1'] = process.argv.slice(2);

interface Log {
  readonly logger: Logger;
  end(): Promise<unknown>;
}

function spooled(to: ReturnType<typeof elasticsearch>): Log {
  const destination = spool({ dir: folder, to: [to] });
  return { logger: createLogger({}, destination), end: () => destination.close(30_000) };
}

function transported(target: string, options: object): Log {
  const stream = pino.transport({ target, options });
  // Without a listener, an error of pino-elasticsearch ends the process.
  stream.on('error', () => undefined);
  return {
    logger: pino({}, stream),
    async end() {
      stream.end();
      await Promise.race([once(stream, 'close'), wait(30_000)]);
    },
  };
}

const LOGS: Readonly<Record<string, () => Log>> = {
  'spanline-elasticsearch': () => spooled(elasticsearch({ url })),
  'spanline-datadog': () => spooled(datadog({ apiKey: 'key', url })),
  'pino-elasticsearch': () =>
    transported('pino-elasticsearch', { node: url, index: 'logs', opType: 'create', esVersion: 8, flushBytes: 1000 }),
  'pino-datadog-transport': () =>
    transported('pino-datadog-transport', {
      ddClientConf: { authMethods: { apiKeyAuth: 'key' }, serverIndex: 1 },
      ddServerConf: { protocol: 'http', name: new URL(url).host },
    }),
};

const log = LOGS[transport]?.();
if (log === undefined) throw new TypeError(`no transport ${transport}`);
const began = performance.now();
const lines = Number(perSecond) * Number(seconds);
for (let line = 0; line < lines;) {
  const due = Math.min(lines, Math.ceil(((performance.now() - began) / 1000) * Number(perSecond)));
  while (line < due) log.logger.info({ line: line++ }, 'a line of the application');
  await wait(10);
}
await log.end();
process.exitCode = 0;
