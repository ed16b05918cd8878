import { type CommandIo, EXIT } from './command.ts';
import { runShip } from './ship/run-ship.ts';

const HELP = `spanline <command>

  ship    ship spools and files of JSON lines

Run spanline <command> --help for the options of a command.
`;

/** Runs a command line. @returns the exit code */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'ship') return runShip(rest, io);
  if (command === undefined || command === '--help' || command === 'help') {
    io.stdout.write(HELP);
    return EXIT.ok;
  }
  io.stderr.write(`spanline: no command ${JSON.stringify(command)}\n\n${HELP}`);
  return EXIT.usage;
}
