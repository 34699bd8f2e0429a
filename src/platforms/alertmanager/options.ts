import * as z from 'zod/mini'

import { address, headers, insecure } from '../http/options.ts'
import { described, timeLimit, text } from '../options.ts'

export const alertOptions = z.strictObject({
  url: described(address(), 'of the server, without /api/v2: http://alertmanager:9093'),
  filter: described(
    z.optional(z.array(text()).check(z.minLength(1))),
    'matchers, all of which must fit: alertname="HighErrorRate", service=~"api|web"; default every alert',
  ),
  headers: z.optional(headers()),
  timeout: described(z.optional(timeLimit()), 'default 5s'),
  insecure: insecure(),
})

export type AlertOptions = z.output<typeof alertOptions>
