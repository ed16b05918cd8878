export { writeAlert } from './alert.ts';
export { writeScore } from './score.ts';
export { startStatsLine, type StatsLine } from './stats-line.ts';
