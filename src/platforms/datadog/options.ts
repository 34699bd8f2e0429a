import * as z from 'zod/mini'

import { address, insecure } from '../http/options.ts'
import { described, timeLimit, text } from '../options.ts'
import { SERIES, SERIES_MEAN } from '../series.ts'

const site = () =>
  described(
    z
      .string()
      .check(
        z.regex(
          /^(?!api\.|app\.)[a-z0-9-]+(\.[a-z0-9-]+)+$/,
          'is no site: write datadoghq.eu, without https:// and app.',
        ),
      ),
    'datadoghq.eu, us3.datadoghq.com, …; default datadoghq.com',
  )

export const datadogOptions = z
  .strictObject({
    query: described(
      z.optional(text()),
      'of metrics; ${window} stands for the window of the signal, in seconds: .rollup(sum, ${window})',
    ),
    monitor: described(
      z.optional(z.union([z.int().check(z.positive()), z.string().check(z.regex(/^\d+$/, 'is no number'))])),
      'the number of a monitor: Alert is a failing sample',
    ),
    series: described(z.optional(z.enum(SERIES)), SERIES_MEAN),
    api_key: described(text(), 'a secret: ${secrets.…}'),
    app_key: described(text(), 'an application key, a secret; it needs timeseries_query or monitors_read'),
    site: z.optional(site()),
    url: described(z.optional(address()), 'of the API, where it is not https://api.<site>'),
    timeout: described(z.optional(timeLimit()), 'default 5s'),
    insecure: insecure(),
  })
  .check(
    z.refine(
      ({ query, monitor }) => (query === undefined) !== (monitor === undefined),
      'needs one of: a query, or the number of a monitor',
    ),
    z.refine(({ site, url }) => site === undefined || url === undefined, 'has both a site and a url'),
    z.refine(
      ({ series, monitor }) => series === undefined || monitor === undefined,
      'has series, which a monitor has not',
    ),
  )

export type DatadogOptions = z.output<typeof datadogOptions>
