import { statSync } from 'node:fs';

/** Paths that cannot be shipped, with the reasons that were reported. */
export interface PathProblems {
  /** Notes why a path cannot be shipped, or with `undefined` that it can. Each reason is reported once. */
  readonly note: (path: string, reason: string | undefined) => void;
  /** Notes an error, unless the file was rotated meanwhile: it is found again under its new name. */
  readonly failed: (path: string, error: unknown) => void;
  /** Notes whether a path is that of a file. */
  check(path: string): void;
  has(path: string): boolean;
}

const MOVED: ReadonlySet<unknown> = new Set(['ENOENT', 'ESTALE']);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read (EACCES)',
  EPERM: 'may not be read (EPERM)',
  ENOTSUP: 'is no file on a disk: the system makes up its content',
};

/** The code of a system's error. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** Why a path cannot be shipped, for people. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const [, form] = /^ECOMPRESSED_(.+)/.exec(code) ?? [];
  if (form !== undefined) return `is compressed (${form}); of compressed files, those named .gz are read`;
  return REASONS[code] ?? `cannot be read (${code})`;
}

/** @param onProblem - called with a path and the reason */
export function createPathProblems(onProblem: (path: string, reason: string) => void): PathProblems {
  const problems = new Map<string, string>();

  function note(path: string, reason: string | undefined): void {
    if (reason === undefined) {
      problems.delete(path);
      return;
    }
    if (problems.get(path) === reason) return;
    problems.set(path, reason);
    onProblem(path, reason);
  }

  return {
    note,
    failed(path, error) {
      if (!MOVED.has(codeOf(error))) note(path, reasonOf(error));
    },
    check(path) {
      try {
        const stats = statSync(path);
        if (stats.isFile()) note(path, undefined);
        else note(path, stats.isDirectory() ? 'is a folder' : 'is no file');
      } catch (error) {
        note(path, reasonOf(error));
      }
    },
    has: (path) => problems.has(path),
  };
}
