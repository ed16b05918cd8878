/** Looks at an application: is it traced, does anything show its lines, does anything watch them? */

import type { Examination, Finding } from '@spanline/query';
import { type Framework, usedFrameworks } from '../app/frameworks.ts';
import { type App, installedFolder, packageOf } from '../app/read-app.ts';
import { findCopies } from './copies.ts';
import { type Pillars, pillarsOf, tracingOf } from './pillars.ts';

/** The examination of an application. */
export interface AppExamination {
  readonly frameworks: readonly string[];
  readonly pillars: Pillars;
  readonly findings: readonly Finding[];
}

/** Names of the checks. */
export const APP_CHECKS = [
  'no-instrumentation',
  'not-traced',
  'not-installed',
  'no-error-handler',
  'no-dashboards',
  'no-alerts',
  'no-channel',
  'copies',
] as const;

type Named = Omit<Finding, 'count' | 'example'> & { readonly file?: string };

function finding({ file, ...rest }: Named, count = 1): Finding {
  return { ...rest, count, ...(file === undefined ? {} : { example: { file } }) };
}

function instrumentationFindings(frameworks: readonly Framework[], tracing: ReadonlyMap<string, string>): Finding[] {
  if (tracing.size === 0) {
    const names = frameworks.map(({ name }) => name).join(', ');
    return [
      finding({
        name: 'no-instrumentation',
        severity: 'error',
        text: `Instrumentation is missing: no source imports Spanline${names === '' ? '' : `, and the application uses ${names}`}.`,
        fix: 'Run npx spanline init.',
        page: 'docs/observe.md',
      }),
    ];
  }
  return frameworks
    .filter(({ by, isClient }) => !tracing.has(by) && !(isClient === true && tracing.has('@spanline/wire')))
    .map(({ name, by, page }) =>
      finding({
        name: 'not-traced',
        severity: 'warning',
        text: `The application uses ${name}, and no source imports ${by}.`,
        fix: 'Run npx spanline init, or add it as the page says.',
        page,
      }),
    );
}

function installationFindings({ folder, declared, sources }: App): Finding[] {
  const places = new Map(
    sources.flatMap(({ path, imports }) =>
      imports
        .map(packageOf)
        .flatMap((name): [string, string][] => (name.startsWith('@spanline/') ? [[name, path]] : [])),
    ),
  );
  return [...places].flatMap(([name, file]) => {
    if (declared.has(name) && installedFolder(folder, name) !== undefined) return [];
    const problem = declared.has(name) ? 'it is not installed' : 'package.json does not name it';
    return finding({
      name: 'not-installed',
      severity: 'error',
      text: `A source imports ${name}, and ${problem}.`,
      fix: declared.has(name) ? 'Install the packages of package.json.' : `Install ${name}.`,
      page: 'docs/observe.md#which-tracer',
      file,
    });
  });
}

function expressFindings({ sources }: App): Finding[] {
  const file = sources.find(({ text }) => /\bspanlineExpress\b/.test(text));
  if (file === undefined || sources.some(({ text }) => /\bspanlineErrorHandler\b/.test(text))) return [];
  return [
    finding({
      name: 'no-error-handler',
      severity: 'warning',
      text: 'spanlineExpress is mounted without spanlineErrorHandler, so that some errors have no message.',
      fix: 'Mount app.use(spanlineErrorHandler()) behind the routes, before your own error handler.',
      page: 'docs/express.md',
      file: file.path,
    }),
  ];
}

function pillarFindings({ sources }: App, { dashboards, alerts }: Pillars, hasAlertLines: boolean): Finding[] {
  const found: Finding[] = [];
  if (dashboards.length === 0) {
    found.push(
      finding({
        name: 'no-dashboards',
        severity: 'warning',
        text: 'Dashboards are missing: nothing ships the lines, and nothing offers metrics.',
        fix: 'Set a log store up with npx spanline setup, or offer /metrics with metricsHandler().',
        page: 'docs/dashboards.md#set-a-target-up',
      }),
    );
  }
  if (alerts.length === 0 && !hasAlertLines) {
    found.push(
      finding({
        name: 'no-alerts',
        severity: 'warning',
        text: 'Alerts are missing: no source creates a monitor, and no pipeline checks the log.',
        fix: 'Call createMonitor({ tracer, rules }), or run npx spanline init.',
        page: 'docs/alerts.md#from-nothing-to-slack',
      }),
    );
  }
  const monitor = sources.find(({ text }) => /\bcreateMonitor\s*\(/.test(text));
  if (monitor !== undefined && !sources.some(({ text }) => /\bchannels\b/.test(text))) {
    found.push(
      finding({
        name: 'no-channel',
        severity: 'note',
        text: 'The monitor has no channel: its alerts are lines of the log only.',
        fix: 'Give it one: channels: { slack: slack({ url: { env: "SLACK_WEBHOOK_URL" } }) }.',
        page: 'docs/alerts.md#channels',
        file: monitor.path,
      }),
    );
  }
  return found;
}

function copyFindings({ folder }: App): Finding[] {
  return findCopies(folder).map(({ name, versions }) =>
    finding(
      {
        name: 'copies',
        severity: new Set(versions).size > 1 ? 'warning' : 'note',
        text: `${name} is installed ${versions.length} times: ${[...new Set(versions)].join(', ')}.`,
        fix: `Bring the ranges together, so that one copy serves all: npm ls ${name} shows who asks for which.`,
        page: 'docs/clients.md#without-code',
      },
      versions.length,
    ),
  );
}

/** Examines an application. @param log - its lines, which show things that no file does */
export function examineApp(app: App, log?: Pick<Examination, 'alerts' | 'scopes'>): AppExamination {
  const frameworks = usedFrameworks(app);
  const tracing = tracingOf(app, log?.scopes);
  const pillars = pillarsOf(app, tracing);
  return {
    frameworks: frameworks.map(({ name }) => name),
    pillars,
    findings: [
      ...instrumentationFindings(frameworks, tracing),
      ...installationFindings(app),
      ...expressFindings(app),
      ...pillarFindings(app, pillars, (log?.alerts ?? 0) > 0),
      ...copyFindings(app),
    ],
  };
}
