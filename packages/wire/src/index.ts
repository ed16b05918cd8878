/** Wire capture. Importing this starts it: `node --import @spanline/wire app.js`. */

import { wire } from './wire.ts';

export type { ApiName } from './apis/index.ts';
export type { WireOptions } from './options.ts';
export { wire } from './wire.ts';

if (process.env['SPANLINE_WIRE'] !== 'false') wire();
