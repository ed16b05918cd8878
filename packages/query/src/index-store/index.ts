export { defaultCacheDir } from './cache-folder.ts';
export { type DuckDb, identifier, literal, loadDuckDb } from './duckdb.ts';
export { createIndexer, type Indexer } from './indexer.ts';
export { isAlive } from './is-alive.ts';
export { type IndexView } from './log-index.ts';
export { IS_END, readWhere, shareOf, type Sql, whereOf } from './questions.ts';
export { indexedStats } from './stats-question.ts';
export { indexedTraces, traceWhere } from './trace-questions.ts';
