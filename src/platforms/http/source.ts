import type { HttpRequest, ReadDoor } from '../../core/doors.ts'
import type { Captured, Measurement, Sample, Source } from '../../core/source.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'
import { NetworkError } from '../../io/network-error.ts'
import { inBurst, ofRank, WHOLE } from './burst.ts'
import { encodeBody } from './options.ts'
import { isOk } from './outcome.ts'
import { judge } from './probe.ts'
import { probeOptions, type ProbeOptions } from './source-options.ts'
import { tlsOf } from './tls.ts'

/** Nor does it that an answer is longer than we read. */
const NOT_ASKED = new Set(['forbidden-address', 'interrupted', 'answer-too-long'])

/** Asks an endpoint. One that refuses, hangs or fails is a failing sample: that is what a probe is for. */
export const http: Source<ProbeOptions> = {
  summary: 'Ask an HTTP endpoint: its status, a value of its JSON, a header, or how long it takes',
  options: probeOptions,
  measure,
  capture,
}

async function measure(options: ProbeOptions, read: ReadDoor): Promise<Measurement> {
  const { requests, timeout, response_time: time } = options
  const request = await requestOf(options, read)
  if (requests === undefined) return probe(options, { ...request, timeout: timeout ?? WHOLE }, read)
  const all = await inBurst({ ...options, requests }, read, (left) =>
    probe(options, { ...request, timeout: Math.min(timeout ?? left, left) }, read),
  )
  return typeof time === 'string' ? ofRank(all, time) : all
}

async function requestOf(options: ProbeOptions, read: ReadDoor): Promise<HttpRequest> {
  const { method = 'GET', url, headers, insecure } = options
  const { body, type } = encodeBody(options.body)
  return {
    method,
    url,
    headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers },
    body,
    tls: await tlsOf(options.tls, read),
    insecure,
    ...(method === 'POST' ? { reads: 'probe' } : {}),
  }
}

async function probe(options: ProbeOptions, request: HttpRequest, read: ReadDoor): Promise<Measurement> {
  try {
    const response = await read.http(request)
    return sampled(read, judge(options, response))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // What we may not or could not even ask says nothing about the service.
    const asked = error instanceof NetworkError && !error.ours && !NOT_ASKED.has(error.code)
    if (!asked) return { kind: 'unreachable', why: sentenceOf(error) }
    return sampled(read, { value: null, failing: error.message })
  }
}

function sampled(read: ReadDoor, sample: Omit<Sample, 'at'>): Measurement {
  return { kind: 'samples', samples: [{ at: read.now(), ...sample }] }
}

/** Of a body only the beginning is kept, and it has to be read whole for that; in bytes. */
const LONGEST = 32 * 1024 * 1024

/** Its whole body, whatever the status. */
async function capture(options: ProbeOptions, read: ReadDoor): Promise<Captured> {
  const request = await requestOf(options, read)
  const { status, body } = await read.http({ ...request, timeout: options.timeout, limit: LONGEST })
  return {
    text: new TextDecoder().decode(body),
    dropped: 0,
    note: isOk(status) ? undefined : `HTTP ${status}`,
  }
}
