/** The plan of `spanline init`: files that it would write, and lines that are left to a person. */

import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Framework, usedFrameworks } from '../app/frameworks.ts';
import type { App, SourceFile } from '../app/read-app.ts';
import { editManifest } from './edit-manifest.ts';
import { type Layout, layoutOf } from './layout.ts';
import { loadLine, type OwnLogger, rulesModule, tracerModule } from './new-files.ts';
import { findLoggers, type FoundLogger } from './own-logger.ts';
import { createSourceEditor, type SourceEditor } from './source-editor.ts';
import { type ByHand, type Draft, EXPRESS, loadTracer, mountOn, REQUESTS } from './source-edits.ts';
import { specifierOf } from './specifier.ts';

/** A file that is written. */
export interface Change {
  /** Relative to the application, with slashes. */
  readonly path: string;
  /** `undefined` for a new file. */
  readonly before: string | undefined;
  readonly after: string;
}

/** A plan. */
export interface Plan {
  readonly layout: Layout;
  readonly frameworks: readonly Framework[];
  readonly changes: readonly Change[];
  readonly byHand: readonly ByHand[];
}

/** The logger that the tracer writes to; `undefined` for one of its own. */
function chooseLogger(app: App, layout: Layout, known: string, byHand: ByHand[]): FoundLogger | undefined {
  const [only, ...others] = findLoggers(app, layout.entry);
  if (only !== undefined && others.length === 0) return only;
  const usesPino = app.sources.some(({ imports }) => imports.includes('pino'));
  if (usesPino && !/\blogger\b/.test(known)) {
    const why = 'The application has a pino that is not made in one plain place. Give it to the tracer:';
    byHand.push({ why, lines: ['createTracer({ logger });'] });
  }
  return undefined;
}

/** pino-http writes a line for each request, as the middleware does. */
function quietPinoHttp({ sources }: App, byHand: ByHand[]): void {
  const source = sources.find(({ imports, text }) => imports.includes('pino-http') && !text.includes('autoLogging'));
  if (source === undefined) return;
  const why = `pino-http logs each request too. In ${source.path}, to have one line for a request:`;
  byHand.push({ why, lines: ['pinoHttp({ autoLogging: false })'] });
}

function describeLogger(app: App, found: FoundLogger | undefined, module: SourceFile): OwnLogger | undefined {
  if (found === undefined) return undefined;
  if (found.exported === undefined) return { kind: 'local' };
  const from = specifierOf(app, module, found.source.path.replace(/\.[cm]?[jt]sx?$/, ''));
  return { kind: 'exported', name: found.made.name, from, isDefault: found.exported === 'default' };
}

function newFiles(draft: Draft, frameworks: readonly Framework[], logger: FoundLogger | undefined): Change[] {
  const { app, layout, target } = draft;
  const { entry, extension } = layout;
  const module = { path: `${target}${extension}`, text: '', imports: entry?.imports ?? [] };
  const rules = posix.join(layout.folder, `alert-rules${extension}`);
  const rulesFrom = specifierOf(app, module, rules.replace(extension, ''));
  const files = [
    { path: module.path, text: tracerModule(layout, frameworks, describeLogger(app, logger, module), rulesFrom) },
    { path: rules, text: rulesModule(layout) },
  ];
  return files.flatMap(({ path, text }) =>
    existsSync(join(app.folder, path)) ? [] : [{ path, before: undefined, after: text }],
  );
}

/** Frameworks that came behind the first run. @param known - text of the tracer module */
function addLater({ layout, target, byHand }: Draft, frameworks: readonly Framework[], known: string): void {
  for (const { by, name } of frameworks) {
    if (known === '' || by === EXPRESS || known.includes(by)) continue;
    const why = `${name} is new. In ${target}${layout.extension}:`;
    byHand.push({ why, lines: [loadLine(layout.isModule, `${by}/register`)] });
  }
}

function manifestChange(app: App, frameworks: readonly Framework[], version: string): Change[] {
  const names = ['@spanline/core', '@spanline/monitor', ...frameworks.map(({ by }) => by)];
  const dependencies = Object.fromEntries(names.map((name) => [name, `^${version}`]));
  const after = editManifest(app.manifestText, app.declared, dependencies, { spanline: `^${version}` });
  return after === app.manifestText ? [] : [{ path: 'package.json', before: app.manifestText, after }];
}

/** The file that makes a tracer already, other than the module of `spanline init`. */
function tracerOf({ sources }: App, target: string): SourceFile | undefined {
  return sources.find(
    ({ path, imports, text }) =>
      !path.startsWith(`${target}.`) && imports.includes('@spanline/core') && /\bcreateTracer\s*\(/.test(text),
  );
}

function untraced({ sources }: App, frameworks: readonly Framework[]): Framework[] {
  return frameworks.filter(({ by }) => !sources.some(({ imports }) => imports.some((one) => one.startsWith(by))));
}

/** The text of a file; empty if there is none. */
function textOf({ folder }: App, path: string): string {
  const file = join(folder, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** A file that has the name of a new one, and is something else. */
function takenBy(app: App, { folder, extension }: Layout, target: string): string | undefined {
  const marks = {
    [`${target}${extension}`]: '@spanline/core',
    [posix.join(folder, `alert-rules${extension}`)]: 'rules',
  };
  return Object.keys(marks).find((path) => {
    const text = textOf(app, path);
    return text !== '' && !text.includes(marks[path] ?? '');
  });
}

/** Makes the plan. @param version - of Spanline, which package.json gets */
export function makePlan(app: App, version: string): Plan {
  const layout = layoutOf(app);
  const frameworks = usedFrameworks(app);
  const target = posix.join(layout.folder, 'spanline');
  const own = tracerOf(app, target);
  if (own !== undefined) {
    const byHand = untraced(app, frameworks).map(({ name, by, page }) => ({
      why: `${own.path} has a tracer already. ${name} is not traced, see ${page}:`,
      lines: [by === EXPRESS ? REQUESTS : loadLine(layout.isModule, `${by}/register`)],
    }));
    return { layout, frameworks, changes: [], byHand };
  }
  const editors = new Map<SourceFile, SourceEditor | undefined>();
  const byHand: ByHand[] = [];
  const draft: Draft = {
    app,
    layout,
    target,
    byHand,
    edit(source) {
      if (!editors.has(source)) editors.set(source, createSourceEditor(source));
      return editors.get(source);
    },
  };
  const taken = takenBy(app, layout, target);
  if (taken !== undefined) {
    const lines = [loadLine(layout.isModule, '@spanline/core', 'createTracer'), 'createTracer();'];
    const why = `${taken} is something else. In a file of another name, which is loaded first:`;
    return { layout, frameworks, changes: [], byHand: [{ why, lines }] };
  }
  const known = textOf(app, `${target}${layout.extension}`);
  const logger = chooseLogger(app, layout, known, byHand);
  addLater(draft, frameworks, known);
  quietPinoHttp(app, byHand);
  const added = newFiles(draft, frameworks, logger);
  loadTracer(draft, logger);
  for (const source of app.sources) if (source.imports.includes('express')) mountOn(draft, source);
  const edited = [...editors].flatMap(([{ path, text }, editor]): Change[] => {
    const after = editor?.result() ?? text;
    return after === text ? [] : [{ path, before: text, after }];
  });
  return { layout, frameworks, changes: [...manifestChange(app, frameworks, version), ...added, ...edited], byHand };
}
