export { defineQuestion } from './question.ts';
