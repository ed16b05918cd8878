import * as llamaindex from 'llamaindex';
import { addModule, install, type InstrumentLlamaIndex } from './instrument.ts';
import { withWorkflowModule } from './workflow-module.ts';

/** {@inheritDoc InstrumentLlamaIndex} */
export const instrumentLlamaIndex: InstrumentLlamaIndex = (options) => {
  const uninstall = install(options);
  addModule(llamaindex);
  withWorkflowModule(addModule);
  return uninstall;
};
