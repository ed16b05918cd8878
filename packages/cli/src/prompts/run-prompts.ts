/** `spanline prompts`: a question to the log, and `spanline prompts import`. */

import type { RunCommand } from '../command.ts';
import { prompts } from './figures.ts';

/** Runs `spanline prompts`. */
export const runPrompts: RunCommand = async (args, io) => {
  if (args[0] === 'import') return (await import('./import.ts')).importPrompts(args.slice(1), io);
  return prompts(args, io);
};
