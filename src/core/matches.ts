/** Milliseconds. A pattern that somebody wrote with sense takes some thousandth of one. */
const TIMEOUT = 300
/** Longer ones are not written by hand, and compiling them takes memory. */
export const LONGEST_PATTERN = 500

/** A pattern that has taken too long so often is not tried again: a service could hold up a rollback with its answers. */
const PATIENCE = 3
const unusable = new Map<string, number>()

/** `unusable`: it takes too long, or too much memory. */
export type Match = 'yes' | 'no' | 'unusable'

/**
 * Whether the whole text fits a valid pattern of the runbook. Some patterns, such as `(a+)+`, try out all the ways to share a
 * text among their repetitions: that is ended by the clock, because telling them apart beforehand is guesswork.
 */
export function matches(pattern: string, text: string): Match {
  const failures = unusable.get(pattern) ?? 0
  if (failures >= PATIENCE) return 'unusable'
  const vm = process.getBuiltinModule('node:vm')
  const source = `new RegExp('^(?:' + pattern + ')$', 'u').test(text)`
  try {
    return vm.runInNewContext(source, { pattern, text }, { timeout: TIMEOUT }) === true ? 'yes' : 'no'
  } catch {
    // The time is over, or "regular expression too large", which is said only when it is first used.
    unusable.set(pattern, failures + 1)
    return 'unusable'
  }
}

export function isValid(pattern: string): boolean {
  if (pattern.length > LONGEST_PATTERN) return false
  try {
    // Alone first: `a)|(b` would be valid only within the brackets that make it match the whole text.
    return new RegExp(pattern, 'u') instanceof RegExp && new RegExp(`^(?:${pattern})$`, 'u') instanceof RegExp
  } catch {
    return false
  }
}
