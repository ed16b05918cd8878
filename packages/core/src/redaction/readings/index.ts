export { ENCODED } from './decode.ts';
export { UNUSUAL } from './normalise.ts';
export { readings } from './readings.ts';
export { asWritten, type Reading } from './reading.ts';
