export { type McpCaller, type McpOptions, type McpPeer, unwrapMcp, wrapMcp } from './wrap.ts';
