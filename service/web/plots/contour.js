/** Where a grid of numbers crosses a level, by marching squares. */

/**
 * The line segments of a level.
 * @param {(number|null)[][]} grid rows of equal length
 * @param {number} level
 * @returns {Array<[number, number, number, number]>} from and to, as fractional columns and rows
 */
export function contour(grid, level) {
  const segments = [];
  for (let row = 0; row + 1 < grid.length; row += 1) {
    for (let column = 0; column + 1 < grid[row].length; column += 1) {
      const corners = [grid[row][column], grid[row][column + 1], grid[row + 1][column + 1], grid[row + 1][column]];
      if (corners.includes(null)) continue;
      const points = crossings(corners.map((value) => value - level), column, row);
      for (let index = 0; index + 1 < points.length; index += 2) segments.push([...points[index], ...points[index + 1]]);
    }
  }
  return segments;
}

/** Where the four edges of a cell are crossed, clockwise from the top. */
function crossings([a, b, c, d], column, row) {
  const points = [];
  const share = (from, to) => from / (from - to);
  if (a < 0 !== b < 0) points.push([column + share(a, b), row]);
  if (b < 0 !== c < 0) points.push([column + 1, row + share(b, c)]);
  if (c < 0 !== d < 0) points.push([column + 1 - share(c, d), row + 1]);
  if (d < 0 !== a < 0) points.push([column, row + 1 - share(d, a)]);
  return points;
}
