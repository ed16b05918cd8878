export type { FindPersonalData } from './content-checks.ts';
export { createExaminer, type Examination } from './examine.ts';
export { bySeverity, type FaultPlace, type Finding, type Severity } from './finding.ts';
