/**
 * Property tests draw the same values in each run with `CI` set, so that a change fails on what it changed. Everywhere
 * else they draw new ones, and print the seed of a failure.
 */
import fc from 'fast-check';

if (process.env['CI'] && process.env['SPANLINE_LONG'] !== '1')
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
