import type { TestProject } from 'vitest/node';
import { fetchCollector } from './collector.ts';
import { fetchElasticsearch } from './elasticsearch.ts';
import { fetchEsql } from './esql.ts';
import { fetchKafka } from './kafka.ts';
import { fetchSets, SET_PACKAGES } from './labelled-sets.ts';
import { fetchMlflow } from './mlflow.ts';
import { fetchNext } from './next.ts';
import { fetchOpenSearch, fetchOpenSearch3, fetchOpenSearchSecurity } from './opensearch.ts';
import { fetchPhoenix } from './phoenix.ts';
import { fetchPrometheus } from './prometheus.ts';
import { fetchRedis } from './redis.ts';
import { fetchRsyslog } from './rsyslog.ts';
import { fetchVictoriaLogs } from './victoria-logs.ts';
import { fetchVrl } from './vrl.ts';

const FETCHERS = {
  collector: fetchCollector,
  opensearch: fetchOpenSearch,
  opensearch3: fetchOpenSearch3,
  opensearchSecurity: fetchOpenSearchSecurity,
  elasticsearch: fetchElasticsearch,
  async esql() {
    const elasticsearch = await fetchElasticsearch();
    return elasticsearch === undefined ? undefined : fetchEsql(elasticsearch);
  },
  kafka: fetchKafka,
  mlflow: fetchMlflow,
  next: fetchNext,
  phoenix: fetchPhoenix,
  prometheus: fetchPrometheus,
  redis: fetchRedis,
  rsyslog: fetchRsyslog,
  victoriaLogs: fetchVictoriaLogs,
  vrl: fetchVrl,
};

/** Folders with the files of each server; undefined where they could not be fetched. */
export type ServerFiles = { readonly [Name in keyof typeof FETCHERS]: string | undefined };

declare module 'vitest' {
  interface ProvidedContext {
    servers: ServerFiles;
  }
}

/** Fetches what is not there yet, side by side: the servers, and the labelled sets beside them. */
export async function fetchAll(): Promise<ServerFiles> {
  const fetching = Object.entries(FETCHERS).map(async ([name, fetch]) => [name, await fetch()] as const);
  const sets = SET_PACKAGES.map(fetchSets);
  const files = Object.fromEntries(await Promise.all(fetching)) as ServerFiles;
  await Promise.all(sets);
  return files;
}

/** Runs once, before every test: files of tests run side by side, and would fetch the same. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('servers', await fetchAll());
}
