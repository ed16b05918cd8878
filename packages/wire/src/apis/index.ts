export type { Api, RequestStart } from './api.ts';
export { type ApiName, APIS, createFinder, type FoundApi } from './find-api.ts';
