import * as z from 'zod/mini'

import { described, duration, text } from '../options.ts'
import { address, body, headers, insecure, jsonPath, scalar, statuses } from './options.ts'

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
    timeout: z.optional(duration()),
    json: z.optional(jsonPath()),
    header: described(z.optional(text()), 'take the value of this header'),
    response_time: described(z.optional(z.literal(true)), 'take the time of the answer, in ms'),
    expect: described(
      z.optional(z.array(expectation).check(z.minLength(1))),
      'what must hold for a sample to pass; default: the status is 2xx',
    ),
    insecure: insecure(),
  })
  .check(
    z.refine(
      ({ json, header, response_time }) =>
        [json, header, response_time].filter((one) => one !== undefined).length < 2,
      'takes one value: either json, or header, or response_time',
    ),
  )

export type ProbeOptions = z.output<typeof probeOptions>

export type Expectation = z.output<typeof expectation>
