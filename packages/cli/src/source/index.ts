export { findSources, splitWords } from './find-source.ts';
export { defineQuestion, type QuestionCommand } from './question.ts';
