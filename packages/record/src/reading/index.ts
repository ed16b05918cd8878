export { contentFaults, type ContentFault, hasNoContent } from './content-faults.ts';
export { feedbackOf } from './feedback.ts';
export { hasUnknownCost, isOwnError, titleOf, UNBILLED_REASONS } from './facts.ts';
export { allNodes, buildForest, depthOf, type Forest, type Placed, type TreeNode } from './forest.ts';
export { createPartJoiner, type JoinedLine, type PartJoiner } from './join-parts.ts';
export { kindOfEvent, type ParsedLine, parseLine, type ParseOptions } from './parse-line.ts';
export {
  type MissingMessage,
  type ReconstructedContent,
  createReconstruction,
  createRecordReconstruction,
  reconstructMessages,
  writtenMessages,
} from './reconstruct.ts';
export { bareMessage, countOf, mapRuns, parseReference, referenceOf, type Side } from './references.ts';
export { readTime } from './time.ts';
export { trimLine } from './trim-line.ts';
export { unwrapLine, type Unwrapped } from './unwrap.ts';
