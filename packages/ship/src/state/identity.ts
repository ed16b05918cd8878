import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process so that another can tell whether it still runs. */
export interface Identity {
  /** Host, boot and process namespace: a pid means something only there. */
  readonly machine: string;
  readonly pid: number;
  /** When the kernel started it, since pids are used again; empty where the system does not tell. */
  readonly started: string;
}

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

/** State and start time of a process; the name in brackets before them may hold anything. */
function processFacts(pid: number): { zombie: boolean; started: string } {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { zombie: fields[0] === 'Z', started: fields[19] ?? '' };
}

/** This process. */
export function selfIdentity(): Identity {
  return { machine: MACHINE, pid: process.pid, started: processFacts(process.pid).started };
}

/** Whether a process still runs; `unknown` for one of another machine or container. */
export function fateOf(identity: Identity): 'alive' | 'gone' | 'unknown' {
  if (identity.machine !== MACHINE) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'gone';
  }
  const { zombie, started } = processFacts(identity.pid);
  return zombie || (started !== '' && started !== identity.started) ? 'gone' : 'alive';
}

/** An identity read from a file that may be torn, empty or forged. */
export function parseIdentity(text: string): (Identity & { readonly owner?: string }) | undefined {
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
