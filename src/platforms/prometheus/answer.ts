import * as z from 'zod/mini'

import { printable } from '../../core/printable.ts'
import type { Series } from '../series.ts'

// The answers of /api/v1/query and /api/v1/query_range, as far as they are read.

/** Seconds since the epoch, and a number as text: `+Inf` and `NaN` are no JSON. */
type Point = [number, string]

const point = z.custom<Point>(isPoint)

/** A hundred thousand of them are usual: they are looked at in one go, and not copied. */
const points = z.custom<Point[]>((value) => Array.isArray(value) && value.every(isPoint))

const labels = z.record(z.string(), z.string())

const data = z.union([
  z.object({ resultType: z.literal('scalar'), result: point }),
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: labels, value: z.optional(point) })),
  }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: labels, values: z.optional(points) })),
  }),
  z.object({ resultType: z.string() }),
])

const answer = z.union([
  z.object({
    status: z.literal('success'),
    data,
    warnings: z.optional(z.array(z.string())),
    // VictoriaMetrics.
    isPartial: z.optional(z.boolean()),
  }),
  z.object({ status: z.literal('error'), error: z.string() }),
])

type Answer = z.output<typeof answer>

function isPoint(value: unknown): value is Point {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    Number.isFinite(value[0]) &&
    typeof value[1] === 'string' &&
    // To JavaScript it would be 0.
    value[1].trim() !== ''
  )
}

type Success = Extract<Answer, { status: 'success' }>

/**
 * Why it is not the whole answer: a store that did not answer (Thanos), samples that were left out. Remarks about the query
 * are no such reason: `infos`, which older versions of Prometheus put among the warnings.
 */
export function partOnly({ warnings = [], isPartial }: Success): string | undefined {
  const lost = warnings.filter((one) => !one.startsWith('PromQL info'))
  if (lost.length > 0) return lost.map((one) => printable(one, 200)).join('; ')
  return isPartial === true ? 'isPartial' : undefined
}

export function answerIn(value: unknown): Answer | undefined {
  const parsed = answer.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

/** Undefined where the result is no number, such as text. */
export function seriesIn(found: z.output<typeof data>): Series[] | undefined {
  if (!('result' in found)) return undefined
  if (found.resultType === 'scalar') return [{ labels: {}, samples: [sampleOf(found.result)] }]
  if (found.resultType === 'vector')
    return found.result.flatMap(({ metric, value }) =>
      value === undefined ? [] : [{ labels: metric, samples: [sampleOf(value)] }],
    )
  return found.result.flatMap(({ metric, values }) =>
    values === undefined ? [] : [{ labels: metric, samples: values.map(sampleOf) }],
  )
}

function sampleOf([seconds, text]: Point): { at: number; value: number } {
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text)
  return { at: Math.round(seconds * 1000), value }
}
