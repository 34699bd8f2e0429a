import * as z from 'zod/mini'

import { described, timeLimit } from '../options.ts'
import { address, body, headers, insecure, jsonPath, scalar, statuses } from './options.ts'

const method = () => z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

const checkOptions = z.strictObject({
  url: address(),
  headers: z.optional(headers()),
  status: z.optional(statuses()),
  json: z.optional(jsonPath()),
  equals: described(z.optional(scalar()), 'what the value at json must be'),
})

const undoOptions = z.strictObject({
  method: method(),
  url: address(),
  headers: z.optional(headers()),
  body: z.optional(body()),
})

export const requestOptions = z.strictObject({
  method: method(),
  url: address(),
  headers: z.optional(headers()),
  body: z.optional(body()),
  expect: described(z.optional(statuses()), 'the status that means success; default any 2xx'),
  timeout: described(z.optional(timeLimit()), 'default 30s'),
  repeat: described(
    z.optional(z.enum(['harmless', 'ask'])),
    'whether sending it twice is harmless; default ask',
  ),
  check: described(
    z.optional(
      checkOptions.check(
        z.refine((check) => check.equals === undefined || check.json !== undefined, 'equals needs json'),
      ),
    ),
    'a GET that tells whether it has happened',
  ),
  undo: described(
    z.optional(z.union([z.enum(['again', 'none']), undoOptions])),
    'what takes it back: the same again, another request, or none (default)',
  ),
  insecure: insecure(),
})

export type RequestOptions = z.output<typeof requestOptions>
