import type { HttpResponse, Measurement, ReadDoor, Sample, Source } from '../../core/contract.ts'
import { sameJson } from '../../core/json.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'
import { NetworkError } from '../../io/network-error.ts'
import { clean, scalarAt, type Selected, shown } from './answer.ts'
import { isOk } from './outcome.ts'
import { encodeBody } from './options.ts'
import { type Expectation, probeOptions, type ProbeOptions } from './source-options.ts'

const TIMEOUT = 5000

/** Asks an endpoint. One that refuses, hangs or fails is a failing sample: that is what a probe is for. */
export const http: Source<ProbeOptions> = {
  summary: 'Ask an HTTP endpoint: its status, a value of its JSON, a header, or how long it takes',
  options: probeOptions,
  measure,
}

async function measure(options: ProbeOptions, read: ReadDoor): Promise<Measurement> {
  const { body: content, type } = encodeBody(options.body)
  const method = options.method ?? 'GET'
  try {
    const response = await read.http({
      method,
      url: options.url,
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...options.headers },
      body: content,
      timeout: options.timeout ?? TIMEOUT,
      insecure: options.insecure,
      ...(method === 'POST' ? { reads: 'probe' } : {}),
    })
    return sampled(read, judge(options, response))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // What we may not or could not even ask says nothing about the service.
    const asked = error instanceof NetworkError && !['forbidden-address', 'interrupted'].includes(error.code)
    if (!asked) return { kind: 'unreachable', why: sentenceOf(error) }
    return sampled(read, { value: null, failing: error.message })
  }
}

function sampled(read: ReadDoor, sample: Omit<Sample, 'at'>): Measurement {
  return { kind: 'samples', samples: [{ at: read.now(), ...sample }] }
}

function judge(options: ProbeOptions, response: HttpResponse): Omit<Sample, 'at'> {
  const selected = select(options, response)
  const failing = failures(options.expect ?? [], response)
  if ('failing' in selected) failing.push(selected.failing)
  const value = 'value' in selected ? selected.value : null
  return failing.length === 0 ? { value } : { value, failing: failing.join('; ') }
}

function select(options: ProbeOptions, response: HttpResponse): Selected {
  if (options.response_time === true) return { value: Math.round(response.took) }
  if (options.header !== undefined) {
    const value = response.headers[options.header.toLowerCase()]
    return value === undefined ? { failing: `there is no header ${options.header}` } : { value: clean(value) }
  }
  if (options.json === undefined) return { value: response.status }
  // What a failing server says in its error page is not the value.
  if (response.status >= 500) return { failing: `HTTP ${response.status}` }
  return scalarAt(options.json, response)
}

function failures(expected: Expectation[], response: HttpResponse): string[] {
  const { status } = response
  const words = expected.flatMap((one) => unmet(one, response) ?? [])
  // Whoever says which status is right has the last word; else only success is.
  if (expected.some((one) => 'status' in one) || isOk(status)) return words
  return [`HTTP ${status}${status < 400 ? ', a redirect, which is not followed' : ''}`, ...words]
}

function unmet(expected: Expectation, response: HttpResponse): string | undefined {
  if ('status' in expected) {
    const wanted = [expected.status].flat()
    return wanted.includes(response.status)
      ? undefined
      : `HTTP ${response.status}, not ${wanted.join(' or ')}`
  }
  if ('header' in expected) {
    const value = response.headers[expected.header.toLowerCase()]
    if (value === expected.is) return undefined
    return `${expected.header} is ${value === undefined ? 'absent' : shown(value)}, not ${shown(expected.is)}`
  }
  const found = scalarAt(expected.json, response)
  if ('failing' in found) return found.failing
  return sameJson(found.value, expected.is)
    ? undefined
    : `${expected.json} is ${shown(found.value)}, not ${shown(expected.is)}`
}
