/** Tests of one worker share a process. None of their tracers serves the tests after it. */
import { setDefaultTracer } from '@spanline/core';

setDefaultTracer(undefined);
