import { readFileSync } from 'node:fs';
import { nearest, props, text } from '@spanline/record';
import { type CommandIo, EXIT } from './command.ts';
import { runShip } from './ship/run-ship.ts';

const HELP = `spanline <command>

  ship    ship spools and files of JSON lines

  --version   the version of Spanline

Run spanline <command> --help for the options of a command.
`;

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return text(props(JSON.parse(readFileSync(file, 'utf8')))['version']) ?? '';
}

/** Runs a command line. @returns the exit code */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'ship') return runShip(rest, io);
  if (command === undefined || command === '--help' || command === 'help') {
    io.stdout.write(HELP);
    return EXIT.ok;
  }
  if (command === '--version' || command === '-v') {
    io.stdout.write(`${version()}\n`);
    return EXIT.ok;
  }
  const meant = nearest(command, ['ship', 'help', '--version', '--help']);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  io.stderr.write(`spanline: no command ${JSON.stringify(command)}${hint}\n\n${HELP}`);
  return EXIT.usage;
}
