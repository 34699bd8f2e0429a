import { z } from 'zod'

import { SEVERITIES } from '../../src/runbook/condition-schema.ts'
import { toJsonSchema, type JsonSchema } from './json-schema.ts'

// What `rollback check --json` prints. Times are milliseconds since the epoch, spans milliseconds, values in the unit of
// the signal. Members may be added; none of these changes its meaning within a format.

const judged = z.enum(['holds', 'fails', 'unknown']).describe('Whether the condition holds')
const verdict = z.enum(['hold', 'investigate', 'unknown', 'rollback'])
const moment = z.number().describe('Milliseconds since the epoch')
const span = z.number().describe('Milliseconds')

const number = z.number().nullable().describe('In the unit of the signal; null: without end')

const trigger = z.object({
  id: z.string(),
  severity: z.enum(SEVERITIES),
  condition: z.string().describe('For people'),
  judged,
  words: z.string().describe('What was measured, for people'),
  since: moment.optional().describe('Since when it holds, as far as that is known'),
  began: z.boolean().optional().describe('It began then; else it may have held for longer'),
  verdict: verdict.describe('What comes of it'),
  rule: z.string().describe('Which rule made this verdict of what was judged, for people'),
  but: z.string().optional().describe('Why the verdict is not what the severity says, for people'),
  note: z.string().optional(),
  knownAfter: span
    .optional()
    .describe('Unknown only because it was not measured for long enough: sampled for so long, it is known'),
})

const limit = z.object({
  says: z.string().describe('As the runbook has it'),
  value: z.number().optional().describe('What it comes to; absent where that is not known'),
  words: z.string().describe('How: 5 × 0.4% (measured 24h 00m before) = 2%'),
})

const part = z.object({
  says: z.enum(['condition', 'all', 'any', 'not']),
  condition: z.string().describe('For people'),
  judged,
  words: z.string(),
  since: moment.optional(),
  signal: z.string().optional().describe('Of a condition'),
  limits: z.array(limit),
  series: z
    .array(
      z.object({
        name: z.string().describe('By what it differs in from the others'),
        judged,
        words: z.string(),
        value: number.optional().describe('The last'),
      }),
    )
    .optional()
    .describe('Of a condition on several series: each of them, what is worst first'),
  parts: z.array(z.any()).describe('Of all, any and not: parts of this same shape'),
})

const repeated = z.object({ why: z.string(), times: z.int(), last: moment })

const measured = z.object({
  count: z.int().describe('Samples that told something'),
  series: z.int().optional().describe('How many series they are of, where those are judged one by one'),
  first: moment.optional(),
  last: moment.optional(),
  numbers: z.object({ min: number, median: number, max: number, last: number }).optional(),
  value: z
    .union([z.string(), z.boolean(), z.null()])
    .optional()
    .describe('The last value, where it is no number'),
  failing: repeated.optional().describe('How many of them failed, and why the last of those did'),
  gaps: z.array(z.object({ from: moment, to: moment })).describe('Of this time nothing is known'),
  silent: z.array(repeated).describe('Why nothing was measured'),
})

const signal = z.object({
  name: z.string(),
  source: z.string(),
  asked: z.record(z.string(), z.string()).describe('Its options as it was asked; secrets are hidden'),
  unit: z.string().optional(),
  window: span.optional().describe('Milliseconds that its query looks back'),
  every: span.describe('Milliseconds between two samples'),
  history: span.optional().describe('Milliseconds of the past that it was asked for'),
  baseline: z
    .object({
      value: z.number().optional(),
      why: z.string().optional().describe('Why there is no one number, for people'),
      origin: z.string().describe('Where it is known from, for people'),
    })
    .optional()
    .describe('What is usual'),
  measured,
})

const check = z.object({
  format: z.literal(1),
  type: z.literal('check'),
  exit: z.int().describe('0 hold, 10 roll back, 11 investigate, 12 unknown; 130, 143 cut short'),
  service: z.string(),
  environment: z.string(),
  verdict,
  triggers: z.array(trigger),
  sampled: span.describe('Milliseconds that it was sampled for'),
  interrupted: z.string().optional().describe('The signal that cut it short: what was known until then'),
  unanswered: z.array(z.string()).describe('Signals that only a person can tell, and nobody has'),
  deployment: z
    .union([
      z.object({
        at: moment,
        version: z.string().optional(),
        how: z
          .enum(['deployed', 'made or deployed'])
          .describe('A surface may only know when a version was made'),
      }),
      z.object({ unknown: z.string() }),
    ])
    .optional()
    .describe('When the version that is live was deployed; where something holds'),
  time: z
    .object({
      severity: z.enum(SEVERITIES).describe('The gravest of what calls for something to be done'),
      allowed: span.optional().describe('Of downtime, for this severity'),
      passed: span.optional().describe('Since it began, as far as that is known: or longer'),
      procedure: z.string(),
      takes: span.optional().describe('What its author says that it takes'),
      fix: span.optional().describe('What a fix without a rollback takes'),
    })
    .optional()
    .describe('Where the runbook has max_downtime or fix_forward'),
  explanation: z
    .object({
      triggers: z.array(
        z.object({
          id: z.string(),
          when: part,
          unless: z
            .array(z.object({ id: z.string().optional(), part }))
            .describe('What speaks against it; id: the rule for all triggers'),
        }),
      ),
      signals: z.array(signal),
    })
    .optional()
    .describe('With --explain'),
})

export function checkJsonSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'rollback check --json',
    ...toJsonSchema(check),
  }
}
