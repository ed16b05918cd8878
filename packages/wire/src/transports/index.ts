export { nodeHttp } from './node-http.ts';
export { nodeHttp2 } from './node-http2.ts';
export type { Calls, Unseen } from './transport.ts';
export { undiciChannels } from './undici-channels.ts';
