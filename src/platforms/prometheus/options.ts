import * as z from 'zod/mini'

import { address, headers, insecure } from '../http/options.ts'
import { described, timeLimit, text } from '../options.ts'
import { SERIES, SERIES_MEAN } from '../series.ts'

export const queryOptions = z.strictObject({
  url: described(address(), 'of the server, without /api/v1: http://prometheus:9090'),
  query: described(text(), 'PromQL; ${window} stands for the window of the signal'),
  series: described(z.optional(z.enum(SERIES)), SERIES_MEAN),
  headers: described(z.optional(headers()), 'such as Authorization, or X-Scope-OrgID for a tenant'),
  timeout: described(z.optional(timeLimit()), 'default 5s'),
  insecure: insecure(),
})

export type QueryOptions = z.output<typeof queryOptions>
