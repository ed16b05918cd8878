export { findSources } from './find-source.ts';
export { defineQuestion } from './question.ts';
