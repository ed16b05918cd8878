export { boundOf as costBoundOf } from './details.ts';
/** Shared with the command line. No public interface. */
export { formatAmount, formatCost, formatCount, formatDifference, formatDuration } from './format.ts';
export { createPrinter, type Printer } from './printer.ts';
export { displayWidth, fitWidth, padding, printable } from './printable.ts';
export { type Glyphs, glyphsOf, paint, type Tone, toneOfType } from './style.ts';
export { describeTerminal, type Terminal } from './terminal.ts';
