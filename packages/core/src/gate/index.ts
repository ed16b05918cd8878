export { admit, admitFact, type Rule, RULES } from './admit.ts';
export { admitText } from './admit-text.ts';
export { type KeyEntry, KeyTable } from './key-table.ts';
export { addLabels, labelKey, LABELS, MAX_LABELS, openKey, setLabel } from './labels.ts';
export { type LeftOut, noteLeftOut } from './left-out.ts';
export { admitList, isList, MAX_LIST } from './lists.ts';
export { admitInstant } from './instants.ts';
export { eachField, readFields, readProperty, readText } from './reading.ts';
export { boundedByteLength, byteLength, MAX_UTF8, truncate } from './truncate.ts';
