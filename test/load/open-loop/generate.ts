/** The load in a process of its own: answers each message, a task, with its result. */
import { type Load, saturate, sendOpenLoop } from './arrivals.ts';

/** A task of this process. */
export type Task = { readonly load: Load } | { readonly load: Omit<Load, 'perSecond'>; readonly atOnce: number };

async function run(task: Task): Promise<void> {
  const result = 'atOnce' in task ? await saturate(task.load, task.atOnce) : await sendOpenLoop(task.load);
  process.send?.(result);
}
process.on('message', (task) => void run(task as Task));
