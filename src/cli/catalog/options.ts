import type { OptionSpec } from './types.ts'

// Options that several commands share.

export const JSON_OUTPUT: OptionSpec = {
  flags: '--json',
  summary: 'print one JSON document (NDJSON events for long work, the result last)',
}

/** For commands about runs: of the runbook they need nothing but its store. */
export const STORE_RUNBOOK: OptionSpec = {
  flags: '--runbook <file>',
  summary: 'the runbook that names the shared store (default: as for run)',
  completes: 'file',
}

export const RUNBOOK: OptionSpec[] = [
  {
    flags: '--runbook <file>',
    summary:
      'the runbook (default: rollback.yaml or runbook.yaml here; else the only one in ops/, deploy/, .rollback/ or runbooks/)',
    completes: 'file',
  },
  { flags: '--env <name>', summary: 'the environment (default: the first one)', completes: 'environment' },
  {
    flags: '--set <key=value>',
    summary: 'the value of an input of the runbook; may be repeated',
    repeats: true,
    completes: 'nothing',
  },
]

export const PROCEDURE: OptionSpec = {
  flags: '--procedure <name>',
  summary: 'the procedure (default: the first one)',
  completes: 'procedure',
}

export const WITHOUT: OptionSpec = {
  flags: '--without <step>',
  summary: 'leave out a step, and the calls that only served it; may be repeated',
  repeats: true,
  completes: 'step',
}

export const REASON: OptionSpec = {
  flags: '--reason <text>',
  summary: 'why; kept in the plan and the report',
  completes: 'nothing',
}

export const YES: OptionSpec = {
  flags: '-y, --yes',
  summary: "answer the plan's own question with yes, and no other question",
}

export const ANSWER: OptionSpec = {
  flags: '--answer <id=value>',
  summary: 'answer a question beforehand: of the plan, or of a signal that asks; may be repeated',
  repeats: true,
  completes: 'nothing',
}

export const MANUAL: OptionSpec = {
  flags: '--manual',
  summary: 'print the commands a person would type instead, as a shell script',
}

export const TARGET: OptionSpec = {
  flags: '-t, --target <version>',
  summary: 'the release to return to: a SHA, a short SHA, a tag, revision:3, last-proven',
  completes: 'nothing',
}

export const FORCE: OptionSpec = {
  flags: '--force',
  summary: 'also to a version that is blocked, or past a guard that does not hold; needs --reason',
}
