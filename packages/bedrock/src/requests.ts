/** Reads commands of Bedrock and their answers, for instrumentations that see them below a client. */

export { decodeAnswer, decodeBody } from './invoke-body.ts';
export { readRequest } from './read-request.ts';
