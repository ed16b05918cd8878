export { type MissingMessage, type ReconstructedContent, reconstructMessages } from './reconstruct.ts';
