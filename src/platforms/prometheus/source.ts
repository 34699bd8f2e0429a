import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement, Period, Source } from '../../core/source.ts'
import { printable } from '../../core/printable.ts'
import { askJson, otherAnswer } from '../http/ask-json.ts'
import { combined, measurementOf } from '../series.ts'
import { queryOptions, type QueryOptions } from './options.ts'
import { answerIn, partOnly, seriesIn } from './answer.ts'

/** The server refuses more points of a series. */
const MOST_POINTS = 11_000
/** Range queries of weeks are long. */
const LONGEST_ANSWER = 32 * 1024 * 1024

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
export const prometheus: Source<QueryOptions> = {
  summary: 'Ask a query of Prometheus: one number now, and how it was before',
  options: queryOptions,
  keepsHistory: true,
  measure,
}

async function measure(options: QueryOptions, read: ReadDoor, period: Period = {}): Promise<Measurement> {
  const end = read.now() - (period.offset ?? 0)
  const path = pathOf(options, end, period)
  const asked = await askJson(options, path, read, { limit: LONGEST_ANSWER })
  if ('why' in asked) return { kind: 'unreachable', why: asked.why }
  const answer = answerIn(asked.json)
  if (answer === undefined)
    return { kind: 'unreachable', why: otherAnswer(asked.response, 'none of Prometheus') }
  if (answer.status === 'error')
    return { kind: 'unreachable', why: `it refuses the query: ${printable(answer.error, 300)}` }
  // Half of the pods may well be all of those that are well.
  const part = partOnly(answer)
  if (part !== undefined) return { kind: 'unreachable', why: `it has only a part of the answer: ${part}` }
  const { data } = answer
  const series = seriesIn(data)
  if (series === undefined)
    return {
      kind: 'unreachable',
      why: `the result is a ${printable(data.resultType, 40)}: a number is needed`,
    }
  const found = combined(series, options.series, 'put sum(…) or max(…) around it')
  if ('why' in found) return { kind: 'unreachable', why: found.why }
  if (series.some(({ samples }) => samples.some(({ at }) => isElsewhere(at, end, period))))
    return { kind: 'unreachable', why: 'its answer is about another time than it was asked for' }
  const from = period.history === undefined ? undefined : end - period.history
  const told = { from, every: from === undefined ? undefined : stepOf(period) }
  if ('several' in found)
    return measurementOf(found.judged, found.several, ({ samples }) => numbersIn(samples), told)
  return { ...fromSamples(found.one), ...told }
}

/** VictoriaMetrics and Mimir move the times that they are asked for by as much as a step. */
function isElsewhere(at: number, end: number, period: Period): boolean {
  const { history = 0 } = period
  const margin = stepOf(period) + 60_000
  return at < end - history - margin || at > end + margin
}

function stepOf({ history = 0, every = 15_000 }: Period): number {
  return Math.max(every, Math.ceil(history / MOST_POINTS))
}

function pathOf({ query }: QueryOptions, end: number, period: Period): string {
  const { history } = period
  const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)
  if (history === undefined) return `/api/v1/query?${formOf({ query, time: seconds(end) })}`
  const range = {
    query,
    start: seconds(end - history),
    end: seconds(end),
    step: seconds(stepOf(period)),
  }
  return `/api/v1/query_range?${formOf(range)}`
}

function formOf(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString()
}

function fromSamples(
  samples: { at: number; value: number }[],
): Exclude<Measurement, { kind: 'unreachable' }> {
  const numbers = numbersIn(samples)
  if (numbers.length > 0) return { kind: 'samples', samples: numbers }
  const why = samples.length === 0 ? 'the query gives nothing' : 'the query gives NaN, such as 0 / 0'
  return { kind: 'no-data', why }
}

/** NaN is 0 / 0: no requests, and no share of them that failed. */
function numbersIn(samples: { at: number; value: number }[]): { at: number; value: number }[] {
  return samples.filter(({ value }) => !Number.isNaN(value))
}
