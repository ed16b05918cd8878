export { Attempts } from './attempts.ts';
export { startAudit } from './audit.ts';
export { Exchange, type ExchangeEvents, type ExchangeTracing } from './exchange.ts';
