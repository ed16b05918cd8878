/** Says when it begins, logs numbered lines at a steady rate and ends its transport. Arguments: transport, port, folder, lines a second, seconds. */
import { pino } from 'pino';
import { type TransportName, TRANSPORTS } from './transports.ts';

const [name, port, dir, rate, seconds] = process.argv.slice(2);
const { destination, end } = TRANSPORTS[name as TransportName](Number(port), dir ?? '');
const logger = pino(destination);
const total = Number(rate) * Number(seconds);
const started = performance.now();
let seq = 0;
process.stdout.write('ready');

await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * Number(rate)));
    while (seq < due) logger.info({ seq: seq++ }, 'a line of the application');
    if (seq < total) return;
    clearInterval(timer);
    resolve();
  }, 20);
});
await end();
process.exitCode = 0;
