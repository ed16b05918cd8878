import { type Plan, survive, table } from './compare.ts';

const FULL: Plan = { good: 15, outage: 300, recovery: 60, perSecond: 50 };
const SHORT: Plan = { good: 5, outage: 20, recovery: 20, perSecond: 50 };
const TRANSPORTS = ['spanline-elasticsearch', 'pino-elasticsearch', 'spanline-datadog', 'pino-datadog-transport'];

const plan = process.argv.includes('--short') ? SHORT : FULL;
const { good, outage, recovery, perSecond } = plan;
console.log(
  `${perSecond} lines a second: ${good} s with the target, ${outage} s without, ${recovery} s with it again\n`,
);
console.log(table(await Promise.all(TRANSPORTS.map((transport) => survive(transport, plan)))));
