import * as z from 'zod/mini'

import type { GateAction } from '../../core/contract.ts'
import { described, text } from '../options.ts'

const confirmOptions = z.strictObject({
  question: text(),
  expect: described(z.optional(text()), 'what has to be answered for the run to go on; default yes'),
})

type ConfirmOptions = z.output<typeof confirmOptions>

/** What only a person can know or answer for. Answer, name and time are recorded. */
export const confirm: GateAction<ConfirmOptions> = {
  kind: 'gate',
  summary: 'Ask a person, and go on only with the expected answer',
  options: confirmOptions,
  question: ({ question, expect = 'yes' }) => ({ text: question, expects: expect }),
  manual: ({ question }) => [`# ${question.replaceAll(/\s+/g, ' ').trim()}`],
}
