import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identifies one process, so that another process can find out whether it still runs. */
export interface ProcessIdentity {
  /** Host, boot and process namespace. A pid is unique only within these. */
  readonly machine: string;
  readonly pid: number;
  /** When the kernel started the process, because pids are reused. Empty where the system does not provide it. */
  readonly started: string;
}

/** `unknown`: the process belongs to another machine or container. */
export type Liveness = 'alive' | 'gone' | 'unknown';

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

const BOOT = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
const NAMESPACE = attempt(() => readlinkSync('/proc/self/ns/pid'));
const MACHINE = `${hostname()}/${BOOT}/${NAMESPACE}`;

/**
 * Reads state and start time of a process (proc(5), `/proc/pid/stat`). The process name in brackets before them may
 * contain anything.
 */
function readStat(pid: number): { isZombie: boolean; started: string } {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { isZombie: fields[0] === 'Z', started: fields[19] ?? '' };
}

/** Identity of this process. */
export function currentProcess(): ProcessIdentity {
  return { machine: MACHINE, pid: process.pid, started: readStat(process.pid).started };
}

/** Whether a process still runs. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  if (identity.machine !== MACHINE) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'gone';
  }
  const { isZombie, started } = readStat(identity.pid);
  return isZombie || (started !== '' && started !== identity.started) ? 'gone' : 'alive';
}

/** Reads an identity from the text of a file; `undefined` when the file is torn, empty or forged. */
export function parseIdentity(text: string): (ProcessIdentity & { readonly owner?: string }) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { machine, pid, started, owner } = value as Record<string, unknown>;
  if (typeof machine !== 'string' || !Number.isSafeInteger(pid) || (pid as number) <= 0) return undefined;
  if (typeof started !== 'string') return undefined;
  return { machine, pid: pid as number, started, ...(typeof owner === 'string' ? { owner } : {}) };
}
