import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement, Period, Source } from '../../core/source.ts'
import { formatDuration } from '../../core/duration.ts'
import { printable } from '../../core/printable.ts'
import { otherAnswer } from '../http/ask-json.ts'
import { repeated } from '../repeated.ts'
import { combined, measurementOf, type Series } from '../series.ts'
import { answerIn, seriesIn } from './answer.ts'
import { askDatadog, NOT_ITS_OWN } from './ask.ts'
import { monitorState } from './monitor.ts'
import { datadogOptions, type DatadogOptions } from './options.ts'
import { wholePoints, widthOf } from './points.ts'
import { plainSeconds, type Range, rangeOf, rollupOf } from './query.ts'

const EVERY = 15_000

/** https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/ */
export const datadog: Source<DatadogOptions> = {
  summary: 'Ask a query of metrics, now and how it was before; or the state of a monitor',
  options: datadogOptions,
  keepsHistory: true,
  measure,
}

async function measure(options: DatadogOptions, read: ReadDoor, period: Period = {}): Promise<Measurement> {
  const { query, monitor } = options
  return query === undefined
    ? monitorState(options, monitor ?? '', read)
    : measured(options, plainSeconds(query), read, period)
}

async function measured(
  options: DatadogOptions,
  query: string,
  read: ReadDoor,
  { history = 0, every = EVERY, offset = 0 }: Period,
): Promise<Measurement> {
  const rollup = rollupOf(query)
  const range = rangeOf(read.now() - offset, history, rollup)
  const asked = await askDatadog(options, pathOf(query, range), read)
  if ('why' in asked) return { kind: 'unreachable', why: asked.why }
  const answer = answerIn(asked.json)
  if (answer === undefined) return { kind: 'unreachable', why: otherAnswer(asked.response, NOT_ITS_OWN) }
  if (answer.status !== 'ok')
    return {
      kind: 'unreachable',
      why: `it refuses the query: ${printable(answer.error ?? answer.status, 300)}`,
    }
  const series = seriesIn(answer)
  const found = combined(series, options.series, 'leave out its by {…}')
  if ('why' in found) return { kind: 'unreachable', why: found.why }
  const width = rollup ?? widthOf(series)
  const from = history === 0 ? undefined : range.to - history
  const samplesOf = (points: Series['samples']): Series['samples'] =>
    history === 0 ? points.slice(-1) : repeated(points, width, every, range)
  if ('several' in found)
    return measurementOf(
      found.judged,
      found.several,
      ({ samples }) => samplesOf(fresh(wholePoints(samples, width, range), range)),
      { from },
    )
  const points = wholePoints(found.one, width, range)
  const last = points.at(-1)
  if (last === undefined) return { kind: 'no-data', why: emptyWords(found.one.length), from }
  if (last.at < range.since)
    return {
      kind: 'no-data',
      why: `the last point is ${formatDuration(range.to - last.at)} old`,
      from: last.at,
    }
  return { kind: 'samples', samples: samplesOf(points), from }
}

/** None where the last one is too old: a host that reports no longer has no data. */
function fresh(points: Series['samples'], { since }: Range): Series['samples'] {
  return (points.at(-1)?.at ?? since) < since ? [] : points
}

function pathOf(query: string, { from, to }: Range): string {
  const seconds = (milliseconds: number): string => String(Math.floor(milliseconds / 1000))
  const fields = { from: seconds(from), to: seconds(to), query }
  return `/api/v1/query?${new URLSearchParams(fields).toString()}`
}

function emptyWords(points: number): string {
  return points === 0 ? 'the query gives nothing' : 'the query gives no whole point with a value'
}
