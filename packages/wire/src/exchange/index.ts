export { Attempts } from './attempts.ts';
export { Exchange, type ExchangeEvents, type ExchangeTracing } from './exchange.ts';
