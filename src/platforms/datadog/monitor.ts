import * as z from 'zod/mini'

import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement } from '../../core/source.ts'
import { printable } from '../../core/printable.ts'
import { otherAnswer } from '../http/ask-json.ts'
import { askDatadog, NOT_ITS_OWN } from './ask.ts'
import type { DatadogOptions } from './options.ts'

// A monitor is a judgement that the team has written already.

const answer = z.object({ name: z.optional(z.string()), overall_state: z.string() })

const HAS_AN_OPINION = new Set(['OK', 'Warn', 'Alert'])

/** A warning is not the alert: it passes, and can be told by its value. */
export async function monitorState(
  options: DatadogOptions,
  monitor: number | string,
  read: ReadDoor,
): Promise<Measurement> {
  const asked = await askDatadog(options, `/api/v1/monitor/${monitor}`, read)
  if ('why' in asked) return { kind: 'unreachable', why: asked.why }
  const found = answer.safeParse(asked.json)
  if (!found.success) return { kind: 'unreachable', why: otherAnswer(asked.response, NOT_ITS_OWN) }
  const { name = String(monitor), overall_state: state } = found.data
  const called = `the monitor "${printable(name, 80)}"`
  if (!HAS_AN_OPINION.has(state)) return { kind: 'no-data', why: `${called} says ${printable(state, 40)}` }
  const failing = state === 'Alert' ? { failing: `${called} is in alert` } : {}
  return { kind: 'samples', samples: [{ at: read.now(), value: state, ...failing }] }
}
