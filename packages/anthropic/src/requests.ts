/** Reads requests to Anthropic's API, for instrumentations that see them below a client. */

export { readRequest } from './read-request.ts';
