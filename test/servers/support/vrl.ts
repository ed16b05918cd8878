import { execFileSync } from 'node:child_process';
import type { Remap } from '../../support/agents/vector.ts';
import { fetched } from './fetch.ts';
import { copyPackage } from './python.ts';

const VERSION = '0.1.0';
/** Reads a program and its events, and writes what the program leaves of each. */
const SCRIPT = `
import json, sys
from vrl_python import VRLRuntime
given = json.load(sys.stdin)
runtime = VRLRuntime()
json.dump([runtime.execute(given['program'], event).processed_event for event in given['events']], sys.stdout)
`;

/** The Vector Remap Language, from PyPI. */
export function fetchVrl(): Promise<string | undefined> {
  return fetched(`vrl-python-${VERSION}`, (folder) => copyPackage(folder, `vrl-python==${VERSION}`));
}

/** Vector's own language, without Vector around it. */
export const createRemap =
  (files: string): Remap =>
  (program, events) => {
    const output = execFileSync('python3', ['-c', SCRIPT], {
      env: { ...process.env, PYTHONPATH: files },
      input: JSON.stringify({ program, events }),
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(output.toString()) as ReturnType<Remap>;
  };
