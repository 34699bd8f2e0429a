import type { Charted, Point } from '../core/conditions/charted.ts'
import { valueWords } from '../core/conditions/sample.ts'

// A few lines that show how a signal went. Every mark is a character of its own, and tells without its colour; each of
// them has one of ASCII that stands for it where a terminal knows no other.

const ROWS = 6
const HOLDS = '█'
const OTHER = '·'
const LIMIT = '─'

type Row = string[]

/** Lines of at most `width` columns; none where there is no room for them. */
export function chart(charted: Charted, width: number): string[] {
  const { unit, points } = charted
  const limits = charted.limits.flatMap(({ value }) => value ?? [])
  const [low, high] = scaleOf([...points.map(({ value }) => value), ...limits])
  const words = (value: number): string => valueWords(value, unit)
  const margin = Math.max(...[low, high, ...limits].map((value) => words(value).length))
  const columns = width - margin - 2
  if (columns < 10) return []
  const rowOf = (value: number): number =>
    Math.min(ROWS - 1, Math.max(0, Math.round(((value - low) / (high - low)) * (ROWS - 1))))

  // Row 0 is the lowest.
  const rows: Row[] = Array.from({ length: ROWS }, () => Array<string>(columns).fill(' '))
  const labels = new Map([
    [0, words(low)],
    [ROWS - 1, words(high)],
  ])
  for (const limit of limits) {
    labels.set(rowOf(limit), words(limit))
    rows[rowOf(limit)]?.fill(LIMIT)
  }
  for (const { column, from, to, holds } of columnsOf(charted, columns))
    for (let row = rowOf(from); row <= rowOf(to); row++) put(rows[row], column, holds ? HOLDS : OTHER)
  return [
    ...rows.map((row, index) => `${(labels.get(index) ?? '').padStart(margin)} │${row.join('')}`).reverse(),
    `${' '.repeat(margin)} └${LIMIT.repeat(columns)}`,
    `${' '.repeat(margin + 2)}${timeAxis(charted, columns)}`,
  ].map((line) => line.trimEnd())
}

function put(row: Row | undefined, column: number, mark: string): void {
  if (row !== undefined) row[column] = mark
}

/** From nothing on, where no number is less: a small change must not look like a great one. */
function scaleOf(values: readonly number[]): [low: number, high: number] {
  const finite = values.filter((value) => Number.isFinite(value))
  const low = finite.reduce((least, value) => Math.min(least, value), 0)
  const high = finite.reduce((most, value) => Math.max(most, value), low)
  return [low, high > low ? high : low + 1]
}

interface Column {
  column: number
  from: number
  to: number
  holds: boolean
}

/** The least and the most of every column. A point lasts until the next one; where nothing is known nothing is drawn. */
function columnsOf({ points, from, to, longestGap }: Charted, columns: number): Column[] {
  const span = Math.max(1, to - from)
  const columnOf = (at: number): number =>
    Math.min(columns - 1, Math.max(0, Math.floor(((at - from) / span) * columns)))
  const drawn = new Map<number, Column>()
  points.forEach((point, index) => {
    const first = columnOf(point.at)
    const next = points[index + 1]
    const end = next === undefined ? columns - 1 : Math.max(first, columnOf(next.at) - 1)
    const last = (next?.at ?? to) - point.at > longestGap ? first : end
    for (let column = first; column <= last; column++) add(drawn, column, point)
  })
  return [...drawn.values()]
}

function add(drawn: Map<number, Column>, column: number, { value, holds }: Point): void {
  const known = drawn.get(column)
  drawn.set(column, {
    column,
    from: Math.min(known?.from ?? value, value),
    to: Math.max(known?.to ?? value, value),
    holds: holds || known?.holds === true,
  })
}

/** `03:05:10Z        03:11:10Z`: the beginning and the end. */
function timeAxis({ from, to }: Charted, columns: number): string {
  const [start, end] = [from, to].map((at) => `${new Date(at).toISOString().slice(11, 19)}Z`) as [
    string,
    string,
  ]
  const room = columns - start.length - end.length
  return room < 1 ? end.padStart(columns) : `${start}${' '.repeat(room)}${end}`
}

/** What the marks mean. */
export function legend({ points, condition, by }: Charted): string {
  const breached = points.some(({ holds }) => holds)
  return `${by}: ${condition}: ${breached ? `${HOLDS} is, ` : ''}${OTHER} is not; blank: not known`
}
