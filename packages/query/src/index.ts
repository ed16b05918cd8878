export {
  type Column,
  columnOf,
  type ColumnType,
  columnValues,
  type Field,
  FIELD_NAMES,
  fieldValues,
  FilterError,
  resolveField,
  suggestField,
  type Value,
} from './filter/index.ts';
