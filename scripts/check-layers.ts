import { checkLayers, findGone } from './layers/check.ts';
import { layerTable } from './layers/table.ts';

const violations = [...checkLayers(process.cwd(), layerTable), ...findGone(process.cwd(), layerTable)];
for (const { at, message } of violations) process.stdout.write(`${at}: ${message}\n`);
process.stdout.write(`layers: ${violations.length === 0 ? 'in order' : `${violations.length} broken`}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
