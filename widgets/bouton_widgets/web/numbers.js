// Numbers as people read them, and as a field takes them back.

/** At most `digits` significant digits, no trailing zeros, an exponent only where plain digits would mislead. */
export function plain(x, digits = 4) {
  if (x === null || x === undefined) return "";
  if (!Number.isFinite(x)) return String(x);
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) {
    return x.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  }
  return String(Number(x.toPrecision(digits)));
}

/** The same for reading only: a true minus sign. */
export function pretty(x, digits = 4) {
  return plain(x, digits).replace(/-/g, "−");
}

/** A number with a fixed number of decimals, so that it does not dance while it changes. */
export function fixed(x, decimals) {
  return x.toFixed(decimals).replace(/-/g, "−");
}

/** 1, 2 or 5 times a power of ten: the smallest step that cuts `span` into at most `count` pieces. */
export function niceStep(span, count) {
  const raw = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

export function decimalsFor(step) {
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
}

/** What stands beside a tick, `step` away from the next one. */
export function tickLabel(value, { decimals, step }) {
  // Beside an axis there is little room.
  const isShort = Math.abs(value) < (decimals === 0 ? 1e7 : 1e5) && decimals <= 5;
  if (isShort || Math.abs(value) < step / 2) return fixed(value, Math.min(decimals, 5));
  // As many digits as tell it from the next one.
  const digits = Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9);
  return value.toExponential(Math.min(5, Math.max(1, digits))).replace("e+", "e").replace(/-/g, "−");
}
