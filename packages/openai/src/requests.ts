/** Reads requests to OpenAI's API, for instrumentations that see them below a client. */

export { createRequestReader } from './read-request.ts';
