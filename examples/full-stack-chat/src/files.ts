/** The three processes, each with a log of its own. */

import { createLogger, createTracer, type Tracer } from '@spanline/core';

/** The processes of the example. */
export const SERVICES = ['web', 'api', 'shop'] as const;

/** One of them. */
export type Service = (typeof SERVICES)[number];

/** Environment variable with the folder of the logs. */
export const FOLDER = 'CHAT_LOGS';

/** Environment variable with the address of the model. */
export const MODEL_URL = 'CHAT_MODEL_URL';

/** The log of a process. */
export const logFile = (folder: string, service: Service): string => `${folder}/${service}.ndjson`;

/** The tracer of this process. Standard output is not free everywhere: the tools speak their protocol over it. */
export function serviceTracer(service: Service, folder: string = process.env[FOLDER] ?? '.'): Tracer {
  return createTracer({
    service: { name: service, version: '1.0.0' },
    logger: createLogger({}, logFile(folder, service)),
    statsIntervalSeconds: 0,
  });
}
