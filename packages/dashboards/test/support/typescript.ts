import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const TSC = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin', 'tsc');

/**
 * A type as JSON has it: enumerations are their values, and the method that marks a query is absent. `any` stays `any`.
 */
const PLAIN = `
type IsAny<T> = 0 extends 1 & T ? true : false;
type Plain<T> = IsAny<T> extends true ? any
  : T extends string ? \`\${T}\`
  : T extends number ? (\`\${T}\` extends \`\${infer N extends number}\` ? N : T)
  : T extends boolean | null | undefined ? T
  : T extends readonly (infer E)[] ? Plain<E>[]
  : T extends object ? { [K in keyof T as K extends '_implementsDataqueryVariant' ? never : K]: Plain<T[K]> }
  : T;
`;

/** A value, and the type that it has to be of. `imports` are lines of TypeScript. */
export interface TypedValue {
  readonly imports: readonly string[];
  readonly type: string;
  readonly value: unknown;
}

/**
 * Lets the compiler compare values with types of a package, as if they were written by hand: an unknown member is an
 * error as well as a missing one.
 *
 * @returns the errors of each value
 */
export async function typeErrors(folder: string, values: readonly TypedValue[]): Promise<string[][]> {
  const own = mkdtempSync(join(folder, '.types-'));
  try {
    const names = values.map(({ imports, type, value }, index) => {
      const name = `value-${index}.ts`;
      writeFileSync(
        join(own, name),
        `${imports.join('\n')}\n${PLAIN}\nexport const value: Plain<${type}> = ${JSON.stringify(value, undefined, 1)};\n`,
      );
      return name;
    });
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--types',
      '',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [TSC, ...flags, ...names, '--ignoreConfig'], {
      cwd: own,
    }).catch((error: unknown) => error as { stdout: string });
    const lines = stdout.split('\n').filter((line) => line.includes('error TS'));
    return names.map((name) => lines.filter((line) => line.startsWith(name)));
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
