/** Next runs this once, before the first request. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { createLogger, createTracer, setDefaultTracer } = await import('@spanline/core');
  const logger = createLogger({}, process.env.LINES);
  setDefaultTracer(createTracer({ logger, service: { name: 'next-app' }, statsIntervalSeconds: 0 }));
}
