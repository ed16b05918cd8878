export { instrumentLlamaIndex, type Uninstall } from './instrument.ts';
export type { InstrumentOptions } from './options.ts';
