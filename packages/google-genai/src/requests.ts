/** Reads requests to Google's APIs, for instrumentations that see them below a client. */

export { readRequest } from './read-request.ts';
