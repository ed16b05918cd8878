export { wrapQuery } from './wrap-query.ts';
