import type { TestProject } from 'vitest/node';
import { fetchCollector } from './collector.ts';
import { fetchElasticsearch } from './elasticsearch.ts';
import { fetchKafka } from './kafka.ts';
import { fetchMlflow } from './mlflow.ts';
import { fetchOpenSearch, fetchOpenSearchSecurity } from './opensearch.ts';
import { fetchPhoenix } from './phoenix.ts';
import { fetchPrometheus } from './prometheus.ts';
import { fetchRedis } from './redis.ts';
import { fetchRsyslog } from './rsyslog.ts';
import { fetchVictoriaLogs } from './victoria-logs.ts';
import { fetchVrl } from './vrl.ts';

/** Folders with the files of each server; undefined where they could not be fetched. */
export interface ServerFiles {
  readonly collector: string | undefined;
  readonly opensearch: string | undefined;
  readonly opensearchSecurity: string | undefined;
  readonly elasticsearch: string | undefined;
  readonly kafka: string | undefined;
  readonly mlflow: string | undefined;
  readonly phoenix: string | undefined;
  readonly prometheus: string | undefined;
  readonly redis: string | undefined;
  readonly rsyslog: string | undefined;
  readonly victoriaLogs: string | undefined;
  readonly vrl: string | undefined;
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: ServerFiles;
  }
}

/** Runs once, before every test: files of tests run side by side, and would fetch the same. */
export async function setup(project: TestProject): Promise<void> {
  const [
    collector,
    opensearch,
    opensearchSecurity,
    elasticsearch,
    kafka,
    mlflow,
    phoenix,
    prometheus,
    redis,
    rsyslog,
    victoriaLogs,
    vrl,
  ] = await Promise.all([
    fetchCollector(),
    fetchOpenSearch(),
    fetchOpenSearchSecurity(),
    fetchElasticsearch(),
    fetchKafka(),
    fetchMlflow(),
    fetchPhoenix(),
    fetchPrometheus(),
    fetchRedis(),
    fetchRsyslog(),
    fetchVictoriaLogs(),
    fetchVrl(),
  ]);
  project.provide('servers', {
    collector,
    opensearch,
    opensearchSecurity,
    elasticsearch,
    kafka,
    mlflow,
    phoenix,
    prometheus,
    redis,
    rsyslog,
    victoriaLogs,
    vrl,
  });
}
