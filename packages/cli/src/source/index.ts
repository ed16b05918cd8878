export { clusterSource } from './cluster-source.ts';
export { defaultSources, findSources, isSource, isUrl, splitWords } from './find-source.ts';
export { joinFilters } from './join-filters.ts';
export { notesOf } from './notes.ts';
export { defineQuestion, type QuestionCommand, sourceOf } from './question.ts';
export { createScanProgress } from './scan-progress.ts';
export { timeRange } from './time-range.ts';
