// A slider's whole positions and the values they stand for.

import { decimalsFor, niceStep } from "./numbers.js";

/** Positions on a slider: coarse enough that one press of an arrow key is seen, fine enough for the hand. */
const POSITIONS = 200;

/** The highest position: of few whole numbers each has one. */
export function positions(row) {
  return row.integer ? Math.max(1, Math.min(POSITIONS, Math.round(row.hi - row.lo))) : POSITIONS;
}

/** Significant digits that tell the slider's positions apart: three where it spans a decade or two, more where it spans little. */
function needed(row) {
  if (!(row.hi > row.lo)) return 3;
  const part = row.log ? Math.log(row.hi / row.lo) : (row.hi - row.lo) / Math.max(Math.abs(row.lo), Math.abs(row.hi));
  return Math.min(17, Math.max(3, Math.ceil(-Math.log10(part / POSITIONS)) + 1));
}

/** Digits in the field beside the slider. */
export function digits(row) {
  return Math.max(6, needed(row));
}

export function toPosition(row, value) {
  const most = positions(row);
  if (!(row.hi > row.lo) || value <= row.lo) return 0;
  if (value >= row.hi) return most;
  // Halves first: the whole span of the largest numbers would be infinite.
  const linear = () => (value / 2 - row.lo / 2) / (row.hi / 2 - row.lo / 2);
  return Math.round(most * (row.log ? Math.log(value / row.lo) / Math.log(row.hi / row.lo) : linear()));
}

/** The value at a position, rounded to what the slider can tell apart; the ends are exact. */
export function toValue(row, position) {
  const part = position / positions(row);
  if (part <= 0) return row.lo;
  if (part >= 1) return row.hi;
  const between = row.lo * (1 - part) + row.hi * part;
  if (row.integer) return Math.round(between);
  if (row.log) return Number((row.lo * (row.hi / row.lo) ** part).toPrecision(needed(row)));
  const step = niceStep(row.hi / POSITIONS - row.lo / POSITIONS, 4);
  const value = Math.round(between / step) * step;
  return step >= 1 ? value : decimalsFor(step) > 20 ? Number(value.toPrecision(needed(row))) : Number(value.toFixed(decimalsFor(step)));
}
