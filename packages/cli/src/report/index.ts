export { fitBudget } from './budget.ts';
export { fenced, writeMarkdown } from './markdown.ts';
export { checkReportFlags, printReport, REPORT_FLAGS, REPORT_HELP } from './print-report.ts';
export { contentLines, safeJson } from './safe-text.ts';
export { STEP_WIDTH } from './report.ts';
export type { Block, ContentBlock, FilledColumn, Report } from './report.ts';
export * as cell from './cells.ts';
export { lineText } from './safe-text.ts';
