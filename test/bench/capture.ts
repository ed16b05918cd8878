import { pino } from 'pino';
import { createLogger, createTracer, type Tracer } from '@spanline/core';
import { type BenchCase, measure } from './harness.ts';
import { type Row, ratio, told } from './rows.ts';

const SENTENCE =
  'Revenue developed well in the third quarter: the support bot answered most questions by itself, and the manual says how. ';

const prose = (bytes: number): string => SENTENCE.repeat(Math.ceil(bytes / SENTENCE.length)).slice(0, bytes);

const KB = 1024;
const MB = KB * KB;

function write(tracer: Tracer, text: string): void {
  tracer.startSpan({ name: 'answer', type: 'chain', input: text }).end();
}

/** How capture grows with the content: a file takes 64 kB of it, whatever its size. */
export async function captureRows(): Promise<Row[]> {
  const tracer = createTracer({
    logger: createLogger({}, '/dev/null'),
    statsIntervalSeconds: 0,
    limits: { lineBytes: 200 * KB, fieldBytes: 64 * KB },
  });
  const open = createTracer({
    logger: createLogger({}, '/dev/null'),
    statsIntervalSeconds: 0,
    limits: { lineBytes: 4 * MB, fieldBytes: 2 * MB },
  });
  const [small, large] = [prose(64 * KB), prose(10 * MB)];
  const [some, more] = [prose(100 * KB), prose(MB)];
  const bare = pino({}, pino.destination({ dest: '/dev/null', sync: true }));
  const cases: BenchCase[] = [
    { name: '64 kB', run: () => write(tracer, small) },
    { name: '10 MB', run: () => write(tracer, large) },
    { name: '100 kB', run: () => write(open, some) },
    { name: '1 MB', run: () => write(open, more) },
    { name: '100 kB by a bare pino', run: () => bare.info({ input: some }) },
    { name: '1 MB by a bare pino', run: () => bare.info({ input: more }) },
  ];
  const [ofSmall, ofLarge, ofSome, ofMore, bareSome, bareMore] = await measure(cases);
  const perSecond = MB / ((ofMore?.medianNs ?? Number.NaN) / 1e9) / 1e6;
  return [
    ratio('capture of a 10 MB prompt, redacted, against 64 kB', 2, ofLarge, ofSmall),
    ratio(`capture of 1 MB, redacted, against 100 kB (${perSecond.toFixed(0)} MB/s to the line)`, 12, ofMore, ofSome),
    told('  - the same text in a line of a bare pino', bareMore, bareSome),
  ];
}
