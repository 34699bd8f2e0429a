import { formatDuration } from '../duration.ts'
import type { Condition, Statement } from '../model.ts'
import { limitWords } from './limit.ts'
import { COMPARISONS } from './sample.ts'

/** One line for people: `live_version same commit as abc1234, 3 in a row`. */
export function describeCondition(condition: Condition): string {
  const { signal, window } = condition
  const parts = [window === undefined ? signal : `${signal} over ${formatDuration(window)}`]
  if (condition.passing !== undefined) parts.push(condition.passing ? 'passing' : 'failing')
  if (condition.equals !== undefined) parts.push(`equals ${condition.equals}`)
  if (condition.is !== undefined) parts.push(`is ${condition.is}`)
  if (condition.matches !== undefined) parts.push(`matches /${condition.matches}/`)
  if (condition.same_commit !== undefined) parts.push(`same commit as ${condition.same_commit}`)
  for (const name of COMPARISONS) {
    const limit = condition[name]
    if (limit === undefined) continue
    const words = Array.isArray(limit) ? limit.map(limitWords).join(' and ') : limitWords(limit)
    parts.push(`${name.replace('_', ' ')} ${words}`)
  }
  parts.push(...overTime(condition))
  return [parts.join(' '), ...howOften(condition), ...OF_SERIES[condition.series ?? 'unsaid']].join(', ')
}

const OF_SERIES = { any: ['in any series'], all: ['in all series'], unsaid: [] }

function overTime({ absent_for, unchanged_for, change }: Condition): string[] {
  if (absent_for !== undefined) return [`without data for ${formatDuration(absent_for)}`]
  if (unchanged_for !== undefined) return [`unchanged for ${formatDuration(unchanged_for)}`]
  if (change === undefined) return []
  const { over, above, below } = change
  const limit = above === undefined ? `below ${limitWords(below ?? 0)}` : `above ${limitWords(above)}`
  return [`change over ${formatDuration(over)} ${limit}`]
}

function howOften({ in_a_row, samples, for: lasting, count }: Condition): string[] {
  if (in_a_row !== undefined && in_a_row > 1) return [`${in_a_row} in a row`]
  if (samples !== undefined) return [`${samples} samples`]
  if (lasting !== undefined) return [`for ${formatDuration(lasting)}`]
  if (count === undefined) return []
  const over = count.of === undefined ? `in ${formatDuration(count.within ?? 0)}` : `of ${count.of}`
  return [`${count.atLeast} or more ${over}`]
}

/** The same for conditions put together. */
export function describeStatement(statement: Statement): string {
  if ('all' in statement) return describeAll(statement)
  if ('any' in statement) return statement.any.map(inner).join(' or ')
  if ('not' in statement) return `not ${inner(statement.not)}`
  return describeCondition(statement)
}

function describeAll({ all, burnRate }: Extract<Statement, { all: Statement[] }>): string {
  if (burnRate === undefined) return all.map(inner).join(' and ')
  const windows = all.flatMap((one) => ('window' in one ? formatDuration(one.window ?? 0) : []))
  const { signal, objective, above } = burnRate
  return `${signal} burn rate above ${above} (objective ${objective}), over ${windows.join(' and ')}`
}

function inner(statement: Statement): string {
  const words = describeStatement(statement)
  return 'signal' in statement || 'not' in statement ? words : `(${words})`
}
