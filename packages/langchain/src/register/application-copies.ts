/** The copies of LangChain in this process: CommonJS beside ES modules, ours beside the application's. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MANAGER = '@langchain/core/callbacks/manager';

/** Resolves from this package and from the working directory, which may have different installations of LangChain. */
const loaders: readonly NodeJS.Require[] = [
  createRequire(import.meta.url),
  createRequire(join(process.cwd(), 'app.js')),
];

/** The callback manager modules that `require` returns. */
export function commonCopies(): object[] {
  return loaders.flatMap((load) => {
    try {
      return [load(MANAGER) as object];
    } catch {
      return [];
    }
  });
}

/** The callback manager modules that `import` returns. LangChain installs both forms side by side. */
export async function moduleCopies(): Promise<object[]> {
  const copies = loaders.map(async (load): Promise<object[]> => {
    try {
      const file = load.resolve(MANAGER).replace(/\.cjs$/, '.js');
      return [(await import(pathToFileURL(file).href)) as object];
    } catch {
      return [];
    }
  });
  return (await Promise.all(copies)).flat();
}
