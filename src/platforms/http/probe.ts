import type { HttpResponse } from '../../core/doors.ts'
import type { Sample } from '../../core/source.ts'
import { sameJson } from '../../core/json.ts'
import { clean, scalarAt, type Selected, shown } from './answer.ts'
import { isOk } from './outcome.ts'
import type { Expectation, ProbeOptions } from './source-options.ts'

// What an answer says of the endpoint: a value, and why the sample is failing, if it is.

export function judge(options: ProbeOptions, response: HttpResponse): Omit<Sample, 'at'> {
  const selected = select(options, response)
  const failing = failures(options.expect ?? [], response)
  // Why it fails may be why there is no value, too: `HTTP 500`, or `HTTP 500, not 401`.
  if ('failing' in selected && !failing.some((one) => one.startsWith(selected.failing)))
    failing.push(selected.failing)
  const value = 'value' in selected ? selected.value : null
  return failing.length === 0 ? { value } : { value, failing: [...new Set(failing)].join('; ') }
}

function select(options: ProbeOptions, response: HttpResponse): Selected {
  if (options.response_time !== undefined) return { value: Math.round(response.took) }
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
