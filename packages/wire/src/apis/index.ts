export type { Api, RequestLine } from './api.ts';
export { type ApiName, APIS, createFinder, type FoundApi } from './find-api.ts';
