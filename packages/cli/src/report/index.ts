export { fitBudget } from './budget.ts';
export { writeMarkdown } from './markdown.ts';
export { checkReportFlags, printReport, REPORT_FLAGS, REPORT_HELP } from './print-report.ts';
export type { Block, FilledColumn, Report } from './report.ts';
export * as cell from './cells.ts';
