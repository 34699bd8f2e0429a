/**
 * What any run may have to ask, whatever its runbook says: a store that cannot be reached, a version that is blocked, a
 * surface that somebody else has changed, a program on another machine. By the names that answer them: `--answer store=local`.
 */
export const OWN_QUESTIONS = {
  store: 'store',
  blocked: 'blocked',
  overwrite: (what: string): string => `overwrite-${what}`,
  process: (pid: number): string => `process-${pid}`,
}

const NAMES = /^(?:store|blocked|overwrite-.+|process-\d+)$/

export function isOwnQuestion(name: string): boolean {
  return NAMES.test(name)
}
