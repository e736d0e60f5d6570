// What a phase plane is made of, on a canvas: its field, its zero lines and the way of a point. No state but what is passed in.

/** Grid points from which the next step is a reset, as one shade. */
export function drawResets(context, field, place, colour) {
  const { nx, ny, dx } = field;
  const edge = (k, count, ends, put) => Math.round(put(ends[0] + ((Math.min(Math.max(k, 0), count - 1)) / (count - 1)) * (ends[1] - ends[0])));
  context.fillStyle = colour;
  for (let j = 0; j < ny; j += 1) {
    const bottom = edge(j - 0.5, ny, field.y, place.y);
    const top = edge(j + 0.5, ny, field.y, place.y);
    for (let i = 0; i < nx; i += 1) {
      if (!Number.isNaN(dx[j * nx + i])) continue;
      const from = i;
      while (i + 1 < nx && Number.isNaN(dx[j * nx + i + 1])) i += 1;
      const left = edge(from - 0.5, nx, field.x, place.x);
      context.fillRect(left, top, edge(i + 0.5, nx, field.x, place.x) - left, bottom - top);
    }
  }
}

/** Arrows at every second or so point of the grid, `apart` pixels or more from each other, longer where the change is faster. */
export function drawArrows(context, field, place, colour, apart) {
  const { nx, ny, dx, dy, x, y } = field;
  const across = (place.x(x[1]) - place.x(x[0])) / (x[1] - x[0]);
  const up = (place.y(y[1]) - place.y(y[0])) / (y[1] - y[0]);
  const every = (count, ends, put) => Math.max(1, Math.ceil((apart * (count - 1)) / Math.abs(put(ends[1]) - put(ends[0]))));
  const [ei, ej] = [every(nx, x, place.x), every(ny, y, place.y)];
  const found = [];
  for (let j = ej >> 1; j < ny; j += ej) {
    for (let i = ei >> 1; i < nx; i += ei) {
      const u = dx[j * nx + i] * across;
      const v = dy[j * nx + i] * up;
      const size = Math.hypot(u, v);
      if (size > 0) found.push([place.x(x[0] + (i / (nx - 1)) * (x[1] - x[0])), place.y(y[0] + (j / (ny - 1)) * (y[1] - y[0])), u / size, v / size, size]);
    }
  }
  const sizes = found.map((arrow) => arrow[4]).sort((a, b) => a - b);
  const usual = sizes[sizes.length >> 1];
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  for (const [px, py, u, v, size] of found) {
    const length = apart * (0.22 + 0.5 * (size / (size + usual)));
    const [tx, ty] = [px + (u * length) / 2, py + (v * length) / 2];
    context.moveTo(px - (u * length) / 2, py - (v * length) / 2);
    context.lineTo(tx, ty);
    context.moveTo(tx - 4 * u + 2.4 * v, ty - 4 * v - 2.4 * u);
    context.lineTo(tx, ty);
    context.lineTo(tx - 4 * u - 2.4 * v, ty - 4 * v + 2.4 * u);
  }
  context.stroke();
}

/** Lines through pairs of numbers, with a gap at each NaN. */
export function drawLines(context, pairs, place, colour, dash) {
  context.strokeStyle = colour;
  context.lineWidth = 1.8;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.beginPath();
  let open = false;
  for (let i = 0; i < pairs.length; i += 2) {
    if (Number.isNaN(pairs[i])) open = false;
    else {
      const at = [place.x(pairs[i]), place.y(pairs[i + 1])];
      if (open) context.lineTo(...at);
      else context.moveTo(...at);
      open = true;
    }
  }
  context.stroke();
  context.setLineDash([]);
}

/** Numbers of two rows as pairs. */
export function pairs(xs, ys) {
  const found = new Float32Array(2 * xs.length);
  xs.forEach((x, i) => found.set([x, ys[i]], 2 * i));
  return found;
}

const SHADES = 12;

/** A line through `xs` and `ys` that fades towards its beginning. */
export function drawPath(context, xs, ys, place, colour) {
  const count = xs.length;
  context.strokeStyle = colour;
  context.lineWidth = 1.4;
  context.lineJoin = "round";
  for (let shade = 0; shade < SHADES; shade += 1) {
    const from = Math.floor((shade * (count - 1)) / SHADES);
    const to = Math.floor(((shade + 1) * (count - 1)) / SHADES);
    if (to <= from) continue;
    context.globalAlpha = 0.12 + 0.88 * ((shade + 1) / SHADES) ** 2;
    context.beginPath();
    context.moveTo(place.x(xs[from]), place.y(ys[from]));
    for (let i = from + 1; i <= to; i += 1) context.lineTo(place.x(xs[i]), place.y(ys[i]));
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The field between its grid points, `[dx, dy]` with NaN at resets, or null outside. */
export function changeAt(field, x, y) {
  if (!field) return null;
  const { nx, ny } = field;
  const i = ((x - field.x[0]) / (field.x[1] - field.x[0])) * (nx - 1);
  const j = ((y - field.y[0]) / (field.y[1] - field.y[0])) * (ny - 1);
  if (!(i >= 0 && j >= 0 && i <= nx - 1 && j <= ny - 1)) return null;
  const [i0, j0] = [Math.min(Math.floor(i), nx - 2), Math.min(Math.floor(j), ny - 2)];
  const [a, b] = [i - i0, j - j0];
  return [field.dx, field.dy].map((z) => {
    const low = z[j0 * nx + i0] * (1 - a) + z[j0 * nx + i0 + 1] * a;
    const high = z[(j0 + 1) * nx + i0] * (1 - a) + z[(j0 + 1) * nx + i0 + 1] * a;
    return low * (1 - b) + high * b;
  });
}
