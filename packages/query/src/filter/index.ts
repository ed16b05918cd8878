export { FilterError } from './error.ts';
export { toTest } from './evaluate.ts';
export { type Column, columnOf, type ColumnType, columnValues, type Value } from './fields/column.ts';
export { type Field, FIELD_NAMES, fieldValues, intervalOf, resolveField, suggestField } from './fields/resolve.ts';
export { type FilterOptions, parseFilter } from './parse/parse.ts';
export {
  type SearchFilter,
  type SearchOptions,
  type SearchQuery,
  searchQueryFor,
  toSearchQuery,
} from './search-query.ts';
export { type Bind, type SqlFilter, type SqlOptions, sqlType, toSql } from './sql.ts';
export { ALL, allOf, fieldsIn, type Bounds, type Filter, type Test } from './tree.ts';
export { SHORT_NAMES } from './fields/short-names.ts';
export { type Pattern, type PatternPart, patternTest } from './pattern.ts';
export { timeFilter, type TimeRange } from './time-range.ts';
export { readSpan } from './parse/time.ts';
