/** How an application is written and run: its entry, its module system, its package manager. */

import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { props } from '@spanline/record';
import type { App, SourceFile } from '../app/read-app.ts';
import { parseSource } from './parse-source.ts';

/** The layout of an application. */
export interface Layout {
  /** The file that is started; `undefined` if several may be it. */
  readonly entry: SourceFile | undefined;
  /** Folder of the entry, relative to the application; empty for its own folder. */
  readonly folder: string;
  /** Ending of new files: that of the entry. */
  readonly extension: string;
  readonly isTypeScript: boolean;
  /** Files are written with `import`, else with `require`. */
  readonly isModule: boolean;
  readonly packageManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
}

const SOURCE_PATH = /[\w@./-]+\.[cm]?[jt]sx?\b/g;
const USUAL = /^(?:src\/)?(?:index|main|server|app)\.[cm]?[jt]s$/;
const LOCKS = [
  ['pnpm', 'pnpm-lock.yaml'],
  ['yarn', 'yarn.lock'],
  ['bun', 'bun.lock'],
  ['bun', 'bun.lockb'],
] as const;

function packageManagerOf({ folder, manifest }: App): Layout['packageManager'] {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(manifest['packageManager']))?.[1];
  if (named !== undefined) return named as Layout['packageManager'];
  return LOCKS.find(([, file]) => existsSync(join(folder, file)))?.[0] ?? 'npm';
}

/** Spellings of a source whose compiled form is started: `dist/server.js` is made of `src/server.ts`. */
function spellingsOf(path: string): string[] {
  const plain = posix.normalize(path);
  const source = plain.replace(/^(?:dist|build|lib|out)\//, 'src/').replace(/\.([cm]?)js$/, '.$1ts');
  return [plain, source, source.replace(/^src\//, '')];
}

function entryOf({ manifest, sources }: App): SourceFile | undefined {
  const { start, dev, serve } = props(manifest['scripts']);
  const named = [start, dev, serve, manifest['main']].flatMap((text) =>
    typeof text === 'string' ? (text.match(SOURCE_PATH) ?? []) : [],
  );
  for (const path of named.flatMap(spellingsOf)) {
    const found = sources.find((source) => source.path === path);
    if (found !== undefined) return found;
  }
  const likely = [
    sources.filter(({ text }) => /\.listen\(/.test(text)),
    sources.filter(({ path }) => USUAL.test(path)),
  ];
  return likely.find(({ length }) => length === 1)?.[0] ?? (sources.length === 1 ? sources[0] : undefined);
}

/** By the entry; if it loads nothing, by what Node takes its files for. */
function isModule({ manifest }: App, entry: SourceFile | undefined, extension: string): boolean {
  const parsed = entry && parseSource(entry.path, entry.text);
  if (parsed?.isModule === true) return true;
  if (entry !== undefined && /\brequire\s*\(/.test(entry.text)) return false;
  return manifest['type'] === 'module' || ['.mjs', '.ts', '.mts'].includes(extension);
}

/** Finds the layout of an application. */
export function layoutOf(app: App): Layout {
  const entry = entryOf(app);
  const path = entry?.path ?? (app.sources.some((source) => source.path.startsWith('src/')) ? 'src/x.js' : 'x.js');
  const extension = posix.extname(path).replace('x', '');
  const folder = posix.dirname(path);
  return {
    entry,
    folder: folder === '.' ? '' : folder,
    extension,
    isTypeScript: extension.endsWith('ts'),
    isModule: isModule(app, entry, extension),
    packageManager: packageManagerOf(app),
  };
}
