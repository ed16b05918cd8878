export { writeAlert } from './alert.ts';
export { writeScore } from './score.ts';
export { startStatsLine } from './stats-line.ts';
