import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SUPERVISE = fileURLToPath(new URL('supervise.sh', import.meta.url));
const LONGEST_START_MS = 240_000;
const LAST_CHARACTERS = 12_000;

/** How to start a server. */
export interface ServerOptions {
  readonly name: string;
  /** Deleted when the server has ended. */
  readonly folder: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Finds the port, as its first group, in what the server writes when it is ready. */
  readonly ready: RegExp;
}

/** A server that runs. */
export interface RunningServer {
  readonly url: string;
  /** For the files of a test; deleted with the server's own, however the process ends. */
  readonly folder: string;
  /** Kills it and all it started. */
  stop(): Promise<void>;
}

/** Starts a server on the loopback, on the port that it chooses. @throws an error with the end of its log when it does not start */
export async function startServer({ name, folder, command, env, ready }: ServerOptions): Promise<RunningServer> {
  const child = spawn(SUPERVISE, [folder, ...command], { cwd: folder, env: { ...process.env, ...env } });
  let log = '';
  const stop = async (): Promise<void> => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.stdin.end();
    await ended;
  };
  const port = await new Promise<string | undefined>((resolve) => {
    const late = setTimeout(resolve, LONGEST_START_MS, undefined);
    const read = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-LAST_CHARACTERS);
      const found = ready.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => resolve(undefined));
    child.once('error', (error) => {
      log += error.message;
      resolve(undefined);
    });
    child.stdin.on('error', () => {});
    late.unref();
  });
  if (port !== undefined) return { url: `http://127.0.0.1:${port}`, folder, stop };
  await stop();
  throw new Error(`${name} did not start. The end of its log:\n${log}`);
}
