/** `instrumentLlamaIndex` for programs that load this package with `import`. */

import * as llamaindex from 'llamaindex';
import { addModule, install, type InstrumentLlamaIndex } from './install.ts';
import { withWorkflowModule } from './workflow-module.ts';

/** {@inheritDoc InstrumentLlamaIndex} */
export const instrumentLlamaIndex: InstrumentLlamaIndex = (options) => {
  const uninstall = install(options);
  addModule(llamaindex);
  withWorkflowModule(addModule);
  return uninstall;
};
