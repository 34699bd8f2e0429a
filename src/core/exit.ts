/** Every exit code, once: the program, the help and the docs read it from here. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  verdictRollback: 10,
  verdictInvestigate: 11,
  verdictUnknown: 12,
  refused: 20,
  undone: 21,
  stands: 22,
  unmeasured: 23,
  degraded: 24,
  locked: 25,
  declined: 26,
  blocked: 27,
  bakeBreached: 28,
  drillFailed: 29,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_MEANING: Record<ExitCode, string> = {
  0: 'done and proven, or already there',
  1: 'unexpected error, nothing changed',
  2: 'bad usage or invalid runbook, nothing touched',
  10: 'verdict: rollback',
  11: 'verdict: investigate',
  12: 'verdict: unknown',
  20: 'refused before any change (missing, denied, unknown, guard, stale plan, blocked target), or failed and nothing stands',
  21: 'failed, and every change taken back and proven',
  22: 'failed, or verification contradicts it, and changes stand: a person is needed',
  23: 'changed, and it could not be measured whether it worked',
  24: 'proven, but degraded or partial by choice',
  25: 'locked, or owned by an unfinished run',
  26: 'declined, or an answer is needed that nobody could give',
  27: 'the version is blocked',
  28: 'bake breached',
  29: 'drill failed or overdue',
  130: 'interrupted; the journal is intact',
  143: 'terminated; the journal is intact',
}
