import { isPlainObject } from '../../core/json.ts'
import { referencesWithin } from '../../core/template.ts'
import { asMap } from '../loose.ts'
import { sourceKeys } from '../sources.ts'
import type { ConditionCheck, NamedSignal } from './condition-check.ts'
import { keepsApart } from './series.ts'

/** A burn rate is about the share of what fails, as one number, over two windows that its source can be asked for. */
export const checkBurnRate: ConditionCheck = (condition, at, { name, signal }, report) => {
  if (!isPlainObject(condition.burn_rate)) return
  const found = findings({ name, signal }).find(({ wrong }) => wrong)
  if (found === undefined) return
  report.key([...at, 'burn_rate'], {
    code: 'burn-rate',
    message: `burn_rate: the signal "${name}" ${found.message}`,
    cure: found.cure,
  })
}

function findings({ signal }: NamedSignal): { wrong: boolean; message: string; cure: string }[] {
  const { unit } = signal
  const [source = ''] = sourceKeys(signal)
  return [
    {
      wrong: unit !== 'ratio' && unit !== 'percent',
      message: `has ${typeof unit === 'string' ? `the unit ${unit}` : 'no unit'}, and is no share of what fails`,
      cure: 'measure failed by all, and give the signal unit: ratio or unit: percent',
    },
    {
      wrong: !referencesWithin(asMap(signal)[source]).some((one) => one.name === 'window'),
      message: 'does not use ${window}, and would be the same over both windows',
      cure: 'write ${window} in its query, where it looks back',
    },
    {
      wrong: keepsApart(signal),
      message: 'keeps several series apart, and each has a budget of its own',
      cure: 'make a signal for each, or one of all with sum(…) in its query',
    },
  ]
}
