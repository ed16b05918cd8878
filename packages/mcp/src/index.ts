export { type McpCaller, type McpOptions, type McpPeer, type McpToolClient, unwrapMcp, wrapMcp } from './wrap.ts';
