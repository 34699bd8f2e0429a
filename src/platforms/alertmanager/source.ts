import * as z from 'zod/mini'

import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement, Source } from '../../core/source.ts'
import { askJson, otherAnswer } from '../http/ask-json.ts'
import { isOk } from '../http/outcome.ts'
import { alertOptions, type AlertOptions } from './options.ts'

const alerts = z.array(z.object({ labels: z.record(z.string(), z.string()) }))

/** GET /api/v2/alerts: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export const alertmanager: Source<AlertOptions> = {
  summary: 'Count the alerts that are firing, neither silenced nor inhibited',
  options: alertOptions,
  measure,
}

/** None firing is a measurement: the number 0. */
async function measure(options: AlertOptions, read: ReadDoor): Promise<Measurement> {
  const query = new URLSearchParams({
    active: 'true',
    silenced: 'false',
    inhibited: 'false',
    unprocessed: 'true',
  })
  for (const matcher of options.filter ?? []) query.append('filter', matcher)
  const answer = await askJson(options, `/api/v2/alerts?${query.toString()}`, read)
  if ('why' in answer) return { kind: 'unreachable', why: answer.why }
  const { response, json } = answer
  const found = isOk(response.status) ? alerts.safeParse(json) : undefined
  if (found?.success === true)
    return { kind: 'samples', samples: [{ at: read.now(), value: found.data.length }] }
  return { kind: 'unreachable', why: otherAnswer(response, 'no list of alerts') }
}
