import { type CommandIo, runShip } from './ship/run.ts';

const HELP = `spanline <command>

  ship    ship spools and files of JSON lines

spanline <command> --help says more.
`;
const WRONG = 64;

/** Runs a command line. @returns the exit code */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'ship') return runShip(rest, io);
  const isHelp = command === undefined || command === '--help' || command === 'help';
  (isHelp ? io.stdout : io.stderr).write(isHelp ? HELP : `spanline: no command ${JSON.stringify(command)}\n\n${HELP}`);
  return isHelp ? 0 : WRONG;
}
