/**
 * Exact noise on whole numbers (Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy"). It
 * computes with whole numbers only: noise from floating-point numbers can be told apart from what it hides by its last
 * bits (Mironov, "On Significance of the Least Significant Bits for Differential Privacy").
 */
import { randomBytes } from 'node:crypto';

/** Gives so many random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

const MILLION = 1_000_000;

/** A positive number in millionths, rounded up: never less noise than was asked for. */
const millionths = (value: number): bigint => BigInt(Math.ceil(value * MILLION));

/** Creates the noise. @param random - @defaultValue the cryptographic generator of the machine */
export function createNoise(random: RandomBytes = randomBytes): (scale: number) => number {
  /** A whole number from 0 to below `limit`, each as likely. */
  function uniform(limit: bigint): bigint {
    const bits = (limit - 1n).toString(2).length;
    for (;;) {
      const bytes = Buffer.from(random(Math.ceil(bits / 8))).toString('hex');
      const drawn = BigInt(`0x${bytes}`) & ((1n << BigInt(bits)) - 1n);
      if (drawn < limit) return drawn;
    }
  }

  /** True with probability `exp(-numerator / denominator)`, of a fraction from 0 to 1. */
  function bernoulliExp(numerator: bigint, denominator: bigint): boolean {
    let k = 1n;
    while (uniform(denominator * k) < numerator) k++;
    return k % 2n === 1n;
  }

  /**
   * Discrete Laplace noise: `P(x)` is proportional to `exp(-|x| / scale)`. With `scale = sensitivity / epsilon`, a
   * count that one user changes by at most `sensitivity` is `epsilon`-differentially private.
   */
  return (scale) => {
    const steps = millionths(scale);
    for (;;) {
      const remainder = uniform(steps);
      if (!bernoulliExp(remainder, steps)) continue;
      let wholes = 0n;
      while (bernoulliExp(1n, 1n)) wholes++;
      const magnitude = (remainder + steps * wholes) / BigInt(MILLION);
      const isNegative = uniform(2n) === 0n;
      // Zero has no sign: counted once.
      if (isNegative && magnitude === 0n) continue;
      return Number(isNegative ? -magnitude : magnitude);
    }
  };
}
