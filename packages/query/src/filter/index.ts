export { FilterError } from './error.ts';
export { type Column, columnOf, type ColumnType, columnValues, type Value } from './fields/column.ts';
export { type Field, FIELD_NAMES, fieldValues, resolveField, suggestField } from './fields/resolve.ts';
