import type { HttpResponse, Measurement, Period, ReadDoor, Source } from '../../core/contract.ts'
import { parseJson } from '../../core/parse-json.ts'
import { printable } from '../../core/printable.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'
import { queryOptions, type QueryOptions } from './options.ts'
import { answerIn, seriesIn } from './answer.ts'
import { combined } from './series.ts'

const TIMEOUT = 5000
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
  let response: HttpResponse
  try {
    response = await read.http(requestOf(options, read.now() - (period.offset ?? 0), period))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { kind: 'unreachable', why: sentenceOf(error) }
  }
  return measured(options, response)
}

function requestOf(options: QueryOptions, end: number, { history, every = 15_000 }: Period) {
  const { query } = options
  const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)
  const step = history === undefined ? 0 : Math.max(every, Math.ceil(history / MOST_POINTS))
  const form = new URLSearchParams(
    history === undefined
      ? { query, time: seconds(end) }
      : { query, start: seconds(end - history), end: seconds(end), step: seconds(step) },
  )
  return {
    method: 'GET',
    url: `${options.url.replace(/\/+$/, '')}/api/v1/${history === undefined ? 'query' : 'query_range'}?${form.toString()}`,
    headers: { accept: 'application/json', ...options.headers },
    timeout: options.timeout ?? TIMEOUT,
    limit: LONGEST_ANSWER,
    insecure: options.insecure,
  }
}

function measured(options: QueryOptions, response: HttpResponse): Measurement {
  const answer = answerIn(parseJson(new TextDecoder().decode(response.body)))
  if (answer === undefined) return { kind: 'unreachable', why: notPrometheus(response) }
  if (answer.status === 'error') {
    return { kind: 'unreachable', why: `it refuses the query: ${printable(answer.error, 300)}` }
  }
  const series = seriesIn(answer.data)
  if (series === undefined)
    return {
      kind: 'unreachable',
      why: `the result is a ${printable(answer.data.resultType, 40)}: a number is needed`,
    }
  const found = combined(series, options.series)
  return 'why' in found
    ? { kind: 'unreachable', why: found.why }
    : fromSamples(found.samples, answer.warnings ?? [])
}

function fromSamples(samples: { at: number; value: number }[], warnings: readonly string[]): Measurement {
  // NaN is 0 / 0: no requests, and no share of them that failed.
  const numbers = samples.filter(({ value }) => !Number.isNaN(value))
  if (numbers.length > 0) return { kind: 'samples', samples: numbers }
  const why = samples.length === 0 ? 'the query gives nothing' : 'the query gives NaN, such as 0 / 0'
  return { kind: 'no-data', why: [why, ...warnings.map((one) => printable(one, 200))].join('; ') }
}

function notPrometheus({ status, body }: HttpResponse): string {
  const found = printable(new TextDecoder().decode(body.subarray(0, 400)), 60)
  return `HTTP ${status}, and its answer is none of Prometheus: ${found === '' ? 'it is empty' : found}`
}
