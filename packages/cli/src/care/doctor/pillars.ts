/** Instrumentation, dashboards and alerts, as sources and settings of an application show them. */

import { props } from '@spanline/record';
import { FRAMEWORKS } from '../app/frameworks.ts';
import { type App, packageOf } from '../app/read-app.ts';

/** Where something is seen; empty if it is missing. */
export interface Pillars {
  readonly instrumentation: readonly string[];
  readonly dashboards: readonly string[];
  readonly alerts: readonly string[];
}

/** Modules that a command loads to trace: of most packages it is `register`. */
const REGISTER = /@spanline\/(?:[\w-]+(?=\/register\b)|wire\b)/g;
/** Packages that trace whatever there is, or with which an application traces itself. */
const GENERAL: ReadonlySet<string> = new Set(['@spanline/core', '@spanline/otel', '@spanline/wire']);
const isTracing = (name: string): boolean => GENERAL.has(name) || FRAMEWORKS.some(({ by }) => by === name);
/** Commands and packages that bring lines or metrics to where people look at them. */
const SHOWN_BY_CODE = /@spanline\/(?:ship|viewer|monitor\/(?:prometheus|otel))\b|\bmetricsHandler\b|\bgenAiMetrics\b/;
const SHOWN_BY_COMMAND = /\bspanline\s+(?:ship|view)\b/;
const AGENTS = /filestream|filebeat|fluent-?bit|datadog|vector\b.*\bsinks|omelasticsearch|logs_collected|awslogs/is;
const WATCHED_BY_COMMAND = /\bspanline\s+(?:check|alerts)\b/;

const unique = (values: readonly string[]): string[] => [...new Set(values)];

function commandsOf({ manifest, settings }: App): { path: string; text: string }[] {
  const scripts = Object.values(props(manifest['scripts'])).join('\n');
  return [{ path: 'package.json', text: scripts }, ...settings];
}

/**
 * Packages that trace, and where each is seen.
 *
 * @param scopes - packages that wrote lines of the log: those may be loaded by a command that no file shows
 */
export function tracingOf(app: App, scopes: readonly string[] = []): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path, imports } of app.sources)
    for (const name of imports.map(packageOf)) if (isTracing(name) && !found.has(name)) found.set(name, path);
  for (const { path, text } of commandsOf(app))
    for (const [name] of text.matchAll(REGISTER)) if (isTracing(name) && !found.has(name)) found.set(name, path);
  for (const name of scopes) if (isTracing(name) && !found.has(name)) found.set(name, 'the log');
  return found;
}

function pathsWith(files: readonly { path: string; text: string }[], pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

/** Finds all three. @param tracing - packages that trace */
export function pillarsOf(app: App, tracing: ReadonlyMap<string, string>): Pillars {
  const commands = commandsOf(app);
  return {
    instrumentation: [...tracing.keys()].toSorted(),
    dashboards: unique([
      ...pathsWith(app.sources, SHOWN_BY_CODE),
      ...pathsWith(commands, SHOWN_BY_COMMAND),
      ...pathsWith(app.settings, AGENTS),
    ]),
    alerts: unique([...pathsWith(app.sources, /\bcreateMonitor\b/), ...pathsWith(commands, WATCHED_BY_COMMAND)]),
  };
}
