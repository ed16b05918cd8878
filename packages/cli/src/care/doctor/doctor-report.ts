/** The answer of `spanline doctor`. */

import { relative } from 'node:path';
import { bySeverity, type Examination, type Finding } from '@spanline/query';
import type { Block, Report } from '../../report/index.ts';
import { APP_CHECKS, type AppExamination } from './examine-app.ts';

/** The subjects of an examination, with their findings. */
export interface Examined {
  readonly app: (AppExamination & { readonly folder: string }) | undefined;
  readonly log: Examination | undefined;
}

function placeOf({ example }: Finding): string {
  if (example === undefined) return '';
  const { file, line, traceId } = example;
  if (line === undefined) return `. In ${file}`;
  const path = file === '-' ? file : relative('.', file);
  return `. First at ${path}:${line}${traceId === undefined ? '' : `, trace ${traceId}`}`;
}

function findingBlocks(finding: Finding): Block[] {
  const { name, severity, text, fix, page } = finding;
  const lines = [text, `Fix: ${fix}`, `See ${page}${placeOf(finding)}`];
  return [
    { kind: 'heading', text: `${severity}: ${name}` },
    { kind: 'text', text: lines.join('\n') },
  ];
}

const listed = (values: readonly string[]): string => (values.length === 0 ? 'missing' : values.join(', '));

function factsOf({ app, log }: Examined): Block {
  const facts: [string, string][] = [];
  if (app !== undefined) {
    const { instrumentation, dashboards, alerts } = app.pillars;
    facts.push(
      ['uses', app.frameworks.length === 0 ? 'no framework that Spanline knows' : app.frameworks.join(', ')],
      ['instrumentation', listed(instrumentation)],
      ['dashboards', listed(dashboards)],
      ['alerts', alerts.length === 0 && (log?.alerts ?? 0) > 0 ? `${log?.alerts} lines of the log` : listed(alerts)],
    );
  }
  if (log !== undefined) {
    const others = log.otherLines === 0 ? '' : `; no JSON: ${log.otherLines}`;
    facts.push(['lines', `${log.lines}, of ${log.spans} spans${others}`]);
  }
  return { kind: 'facts', facts };
}

/** Makes the report. */
export function doctorReport({ app, log }: Examined): Report {
  const findings = bySeverity([...(app?.findings ?? []), ...(log?.findings ?? [])]);
  const checks = [...(app === undefined ? [] : APP_CHECKS), ...(log?.checks ?? [])];
  const failed = new Set(findings.map(({ name }) => name));
  const passed = checks.filter((name) => !failed.has(name));
  return {
    blocks: [
      factsOf({ app, log }),
      ...findings.flatMap(findingBlocks),
      { kind: 'heading', text: findings.length === 0 ? 'Nothing is wrong' : 'Passed' },
      { kind: 'text', text: passed.join(', '), tone: 'dim' },
    ],
    data: {
      app: app && { folder: app.folder, frameworks: app.frameworks, ...app.pillars },
      log: log && { lines: log.lines, spans: log.spans, alerts: log.alerts, otherLines: log.otherLines },
      findings,
      checks,
    },
    isOk: findings.every(({ severity }) => severity !== 'error'),
  };
}
