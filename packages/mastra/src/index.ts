export { SpanlineBridge } from './bridge.ts';
