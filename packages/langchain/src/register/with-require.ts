import { defaultTracer } from '@spanline/core';
import { registerGlobally } from './global.ts';

if (defaultTracer().enabled) registerGlobally();
