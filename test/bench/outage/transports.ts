import { setTimeout as sleep } from 'node:timers/promises';
import { type DestinationStream, transport } from 'pino';
import { datadog, elasticsearch, spool, type SinkSpec } from '@spanline/ship';

/** A way from a log call to a target. */
export interface Transport {
  readonly destination: DestinationStream;
  /** Sends what is left, as far as the transport can. */
  end(): Promise<void>;
}

const END_MS = 60_000;

function spooled(dir: string, sink: SinkSpec): Transport {
  const destination = spool({ dir, to: [sink] });
  return { destination, end: async () => void (await destination.close(END_MS)) };
}

/** A transport of pino's; without a listener for errors it ends the process. */
function threaded(target: string, options: object): Transport {
  const stream = transport({ target, options });
  stream.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    stream.once('close', resolve);
  });
  return {
    destination: stream,
    async end() {
      stream.end();
      await Promise.race([closed, sleep(END_MS)]);
    },
  };
}

/** The transports that are compared; each with the options of its documentation. */
export const TRANSPORTS = {
  'spanline to Elasticsearch': (port: number, dir: string) =>
    spooled(dir, elasticsearch({ url: `http://127.0.0.1:${port}` })),
  'spanline to Datadog': (port: number, dir: string) =>
    spooled(dir, datadog({ url: `http://127.0.0.1:${port}`, apiKey: 'key' })),
  'pino-elasticsearch': (port: number) =>
    threaded('pino-elasticsearch', { node: `http://127.0.0.1:${port}`, esVersion: 8, index: 'logs', opType: 'create' }),
  'pino-datadog-transport': (port: number) =>
    threaded('pino-datadog-transport', {
      ddClientConf: { authMethods: { apiKeyAuth: 'key' }, serverIndex: 1 },
      ddServerConf: { protocol: 'http', name: `127.0.0.1:${port}` },
    }),
} satisfies Readonly<Record<string, (port: number, dir: string) => Transport>>;

export type TransportName = keyof typeof TRANSPORTS;
