/** The edits of an application's own sources: loading the tracer, mounting the middleware. */

import { posix } from 'node:path';
import type { App, SourceFile } from '../app/read-app.ts';
import { lastRoute } from './express-edit.ts';
import type { Layout } from './layout.ts';
import { loadLine, START } from './new-files.ts';
import type { FoundLogger } from './own-logger.ts';
import { findMade, namesOf } from './parse-source.ts';
import type { SourceEditor } from './source-editor.ts';
import { leadsTo, specifierOf } from './specifier.ts';

/** Lines that a person adds. */
export interface ByHand {
  readonly why: string;
  readonly lines: readonly string[];
}

export const EXPRESS = '@spanline/express';
export const REQUESTS = 'app.use(spanlineExpress());';
const ERRORS = 'app.use(spanlineErrorHandler());';

/** Collects the edits of all sources. */
export interface Draft {
  readonly app: App;
  readonly layout: Layout;
  /** Path of the tracer module, without its ending. */
  readonly target: string;
  readonly byHand: ByHand[];
  /** `undefined` for a source that cannot be edited. */
  edit(source: SourceFile): SourceEditor | undefined;
}

/** Loads the tracer before all other modules, and hands it the logger of the application. */
export function loadTracer(draft: Draft, logger: FoundLogger | undefined): void {
  const { app, layout, target, byHand } = draft;
  const { entry } = layout;
  const isLocal = logger !== undefined && logger.exported === undefined;
  const isLoaded = (source: SourceFile): boolean => source.imports.some((one) => leadsTo(source, one, target));
  if (isLocal && !logger.source.text.includes(START)) {
    const editor = draft.edit(logger.source);
    const call = `${START}(${logger.made.name})`;
    if (editor === undefined) byHand.push({ why: `Behind the logger in ${logger.source.path}:`, lines: [`${call};`] });
    else {
      editor.loadFirst(specifierOf(app, logger.source, target), [START]);
      editor.addBehind(logger.made.statement, call);
    }
  }
  if (entry !== undefined && (isLoaded(entry) || (isLocal && entry === logger.source))) return;
  const editor = entry && draft.edit(entry);
  if (entry !== undefined && editor !== undefined) editor.loadFirst(specifierOf(app, entry, target));
  else {
    const isUsed = app.sources.some(isLoaded);
    if (isUsed) return;
    const why =
      entry === undefined ? 'In the file that is started, before all other imports:' : `First in ${entry.path}:`;
    byHand.push({
      why,
      lines: [loadLine(layout.isModule, `./${posix.basename(target)}${layout.extension.replace('ts', 'js')}`)],
    });
  }
}

/** Mounts the middleware in a source with an application of Express. */
export function mountOn(draft: Draft, source: SourceFile): void {
  const { byHand, layout } = draft;
  if (source.text.includes('spanlineExpress')) return;
  const editor = draft.edit(source);
  const apps = editor === undefined ? [] : findMade(editor.parsed, namesOf(editor.parsed, 'express', 'express'));
  const [made, ...others] = apps;
  if (editor === undefined || made === undefined || others.length > 0) {
    // A file with a router alone needs nothing.
    if (apps.length === 0 && !/\bexpress\(\)/.test(source.text)) return;
    const load = loadLine(layout.isModule, EXPRESS, 'spanlineErrorHandler, spanlineExpress');
    const lines = [load, REQUESTS, ERRORS];
    byHand.push({
      why: `In ${source.path}, the second line first of all middleware, the third behind the routes:`,
      lines,
    });
    return;
  }
  const route = lastRoute(made);
  const use = (handler: string): string => `${made.name}.use(${handler}())`;
  editor.load(EXPRESS, route === undefined ? ['spanlineExpress'] : ['spanlineErrorHandler', 'spanlineExpress']);
  editor.addBehind(made.statement, use('spanlineExpress'));
  if (route !== undefined) editor.addBehind(route, use('spanlineErrorHandler'));
  else {
    const lines = [loadLine(layout.isModule, EXPRESS, 'spanlineErrorHandler'), ERRORS];
    byHand.push({ why: 'Behind the routes, before your own error handler:', lines });
  }
}
