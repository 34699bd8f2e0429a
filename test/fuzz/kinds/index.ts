import type { Kind } from '../kind.ts'
import { answers } from './answers.ts'
import { journals } from './journals.ts'
import { measurements } from './measurements.ts'
import { plans } from './plans.ts'
import { runbooks } from './runbooks.ts'

export const KINDS = { runbooks, plans, journals, answers, measurements } as const satisfies Record<
  string,
  Kind
>

export type KindName = keyof typeof KINDS
