import * as z from 'zod/mini'

import type { HttpResponse, Measurement, ReadDoor, Source } from '../../core/contract.ts'
import { parseJson } from '../../core/parse-json.ts'
import { printable } from '../../core/printable.ts'
import { Problem, sentenceOf } from '../../core/problem.ts'
import { isOk } from '../http/outcome.ts'
import { alertOptions, type AlertOptions } from './options.ts'

const TIMEOUT = 5000

const alerts = z.array(z.object({ labels: z.record(z.string(), z.string()) }))

/** GET /api/v2/alerts: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export const alertmanager: Source<AlertOptions> = {
  summary: 'Count the alerts that are firing, neither silenced nor inhibited',
  options: alertOptions,
  measure,
}

async function measure(options: AlertOptions, read: ReadDoor): Promise<Measurement> {
  const query = new URLSearchParams({
    active: 'true',
    silenced: 'false',
    inhibited: 'false',
    unprocessed: 'true',
  })
  for (const matcher of options.filter ?? []) query.append('filter', matcher)
  try {
    const response = await read.http({
      method: 'GET',
      url: `${options.url.replace(/\/+$/, '')}/api/v2/alerts?${query.toString()}`,
      headers: { accept: 'application/json', ...options.headers },
      timeout: options.timeout ?? TIMEOUT,
      insecure: options.insecure,
    })
    return counted(response, read.now())
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { kind: 'unreachable', why: sentenceOf(error) }
  }
}

/** None firing is a measurement: the number 0. */
function counted({ status, body }: HttpResponse, at: number): Measurement {
  const text = new TextDecoder().decode(body)
  const found = isOk(status) ? alerts.safeParse(parseJson(text)) : undefined
  if (found?.success === true) return { kind: 'samples', samples: [{ at, value: found.data.length }] }
  return {
    kind: 'unreachable',
    why: `HTTP ${status}, and its answer is no list of alerts: ${printable(text, 100) || 'it is empty'}`,
  }
}
