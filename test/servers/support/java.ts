import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './fetch.ts';

/** A server lives for a minute: the code that the second compiler would make of it, on half of the machine, is hardly run. */
export const SHORT_LIVED = '-XX:TieredStopAtLevel=1';

const INSTALLED = '/usr/lib/jvm';

function candidates(): string[] {
  const homes = existsSync(INSTALLED) ? readdirSync(INSTALLED).map((name) => join(INSTALLED, name)) : [];
  const named = process.env['JAVA_HOME'];
  const all = [...(named === undefined ? [] : [named]), ...homes];
  return ['java', ...all.map((home) => join(home, 'bin', 'java')).filter((path) => existsSync(path))];
}

async function versionOf(java: string): Promise<number> {
  try {
    return Number(/version "(\d+)/.exec(await run(java, ['-version']))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** A Java of at least a version: that of the path, of `JAVA_HOME`, or one that is installed beside it. @throws an error if there is none */
export async function findJava(least: number): Promise<string> {
  for (const java of candidates()) if ((await versionOf(java)) >= least) return java;
  throw new Error(`there is no Java ${least}`);
}
