// A slider's whole positions and the values they stand for.

import { decimalsFor, niceStep } from "./numbers.js";

/** Positions on the slider: coarse enough that one press of an arrow key is seen, fine enough for the hand. */
export const POSITIONS = 200;

export function toPosition(row, value) {
  const part = row.log ? Math.log(value / row.lo) / Math.log(row.hi / row.lo) : (value - row.lo) / (row.hi - row.lo);
  return Math.round(POSITIONS * Math.min(1, Math.max(0, part)));
}

/** The value at a position, rounded to what the slider can tell apart; the ends are exact. */
export function toValue(row, position) {
  const part = position / POSITIONS;
  if (part <= 0) return row.lo;
  if (part >= 1) return row.hi;
  if (row.integer) return Math.round(row.lo + part * (row.hi - row.lo));
  if (row.log) return Number((row.lo * (row.hi / row.lo) ** part).toPrecision(3));
  const step = niceStep((row.hi - row.lo) / POSITIONS, 4);
  return Number((Math.round((row.lo + part * (row.hi - row.lo)) / step) * step).toFixed(Math.min(20, decimalsFor(step))));
}
