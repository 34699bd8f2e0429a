import * as z from 'zod/mini'

import { described, duration, timeLimit, text } from '../options.ts'
import { address, body, headers, insecure, jsonPath, scalar, statuses } from './options.ts'
import { LONGEST_BURST, SPACING } from './burst.ts'
import { RANKS } from './rank.ts'
import { tlsFiles } from './tls-options.ts'

const MOST_REQUESTS = 50

const expectation = z.union([
  z.strictObject({ status: statuses() }),
  z.strictObject({ json: jsonPath(), is: scalar() }),
  z.strictObject({ header: text(), is: z.string() }),
])

export const probeOptions = z
  .strictObject({
    url: address(),
    method: described(z.optional(z.enum(['GET', 'HEAD', 'POST'])), 'default GET'),
    headers: z.optional(headers()),
    body: z.optional(body()),
    timeout: described(z.optional(timeLimit()), 'of one request; default what is left of 4.5s'),
    json: z.optional(jsonPath()),
    header: described(z.optional(text()), 'take the value of this header'),
    response_time: described(
      z.optional(z.union([z.literal(true), z.enum(RANKS)])),
      'take the time of the answer, in ms; of several requests that of each, or one of them: p95, max',
    ),
    expect: described(
      z.optional(z.array(expectation).check(z.minLength(1))),
      'what must hold for a sample to pass; default: the status is 2xx',
    ),
    requests: described(
      z.optional(z.int().check(z.minimum(2), z.maximum(MOST_REQUESTS))),
      'so many for one measurement, each a sample; default 1',
    ),
    spacing: described(
      z.optional(duration()),
      'from the start of one request to that of the next, whether or not there is an answer; default 100ms',
    ),
    tls: tlsFiles(),
    insecure: insecure(),
  })
  .check(
    z.refine(
      ({ json, header, response_time }) =>
        [json, header, response_time].filter((one) => one !== undefined).length < 2,
      'takes one value: either json, or header, or response_time',
    ),
    z.refine(
      ({ method, json, expect = [] }) =>
        method !== 'HEAD' || (json === undefined && !expect.some((one) => 'json' in one)),
      'looks for JSON in the answer to a HEAD, which has no body: use GET',
    ),
    z.refine(
      ({ method, body }) => body === undefined || method === 'POST',
      'has a body, which only a POST sends: say method: POST',
    ),
    z.refine(
      ({ response_time, requests }) => typeof response_time !== 'string' || requests !== undefined,
      'ranks the times of several requests: say how many, requests: 10',
    ),
    z.refine(
      ({ requests = 1, spacing = SPACING }) => (requests - 1) * spacing <= LONGEST_BURST,
      'takes longer than a measurement may: its last request has to begin within 4s; for more time let every: of the signal repeat it',
    ),
    z.refine(
      ({ requests, spacing }) => spacing === undefined || requests !== undefined,
      'has a spacing, and one request only: say how many, requests: 10',
    ),
  )

export type ProbeOptions = z.output<typeof probeOptions>

export type Expectation = z.output<typeof expectation>
