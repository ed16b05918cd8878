export { Attempts } from './attempts.ts';
export { startAudit } from './audit.ts';
export { type ExchangeEvents, type ExchangeTracing, followExchange } from './exchange.ts';
