import { defaultTracer } from '@spanline/core';
import { moduleCopies } from './application-copies.ts';
import { registerGlobally } from './global.ts';

if (defaultTracer().enabled) registerGlobally({ modules: await moduleCopies() });
