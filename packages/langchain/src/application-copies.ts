import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MANAGER = '@langchain/core/callbacks/manager';

/** As this package finds modules, and as the application does that was started in the working directory: they may get two installations of LangChain. */
const loaders: readonly NodeJS.Require[] = [
  createRequire(import.meta.url),
  createRequire(join(process.cwd(), 'app.js')),
];

/** The callback managers' modules that programs get which use `require`. */
export function commonCopies(): object[] {
  return loaders.flatMap((load) => {
    try {
      return [load(MANAGER) as object];
    } catch {
      return [];
    }
  });
}

/** The same that programs get which use `import`: LangChain puts both forms side by side. */
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
