import {
  ANSWER,
  FORCE,
  JSON_OUTPUT,
  MANUAL,
  PROCEDURE,
  REASON,
  RUNBOOK,
  STORE_RUNBOOK,
  TARGET,
  WITHOUT,
  YES,
} from './options.ts'
import type { ArgumentSpec, CommandSpec } from './types.ts'

const RUN: ArgumentSpec = {
  syntax: '[run]',
  summary: 'the id of a run, its beginning or end, or "last"',
  completes: 'run',
}

export const ROLL_BACK: CommandSpec[] = [
  {
    name: 'run',
    group: 'Roll back',
    summary: 'roll back: plan, ask, change, prove',
    description: [
      'Shows the plan and asks before the first change. Success means proven: the live version, several times in a row,',
      'and every surface able to report, say the target. Without a terminal, --yes is needed.',
      'Where the runbook has a bake, it then watches for that time; Ctrl-C leaves that, and the run stays proven.',
    ].join('\n'),
    options: [
      TARGET,
      { flags: '--plan <file>', summary: 'carry out a plan that was sealed before', completes: 'file' },
      {
        flags: '--expect <seal>',
        summary: 'refuse the plan unless this is its seal (sha256:…)',
        completes: 'nothing',
      },
      ...RUNBOOK,
      PROCEDURE,
      WITHOUT,
      REASON,
      FORCE,
      {
        flags: '--if <verdict>',
        summary: 'only where the triggers say so; else exit code 0 (hold), 11 or 12, and nothing is changed',
        choices: ['rollback'],
      },
      {
        flags: '--sample <time>',
        summary: 'with --if: sample for so long at most (default 1m)',
        completes: 'nothing',
      },
      { flags: '--no-bake', summary: 'do not watch afterwards what the runbook wants watched (`bake`)' },
      { flags: '--dry-run', summary: 'plan and print, write nothing of any kind' },
      YES,
      ANSWER,
      JSON_OUTPUT,
    ],
    examples: [
      { command: 'rollback run', does: 'choose the version from a list' },
      { command: 'rollback run --target 1a2b3c4', does: 'return to a version' },
      {
        command: "rollback run --target last-proven --yes --reason 'checkout fails'",
        does: 'without questions',
      },
      {
        command: 'rollback run --if rollback --target last-proven --yes',
        does: 'for CI: roll back only when it has to be',
      },
      { command: 'rollback run --plan plan.json --expect sha256:…', does: 'carry out a sealed plan' },
    ],
    load: async () => (await import('../commands/run.ts')).runRun,
  },
  {
    name: 'resume',
    group: 'Roll back',
    summary: 'go on with a run that was interrupted or cut off, or with its bake',
    description: [
      'Looks at everything before it repeats anything, waits for programs that have outlived the run, asks about what cannot be',
      'looked at, and proves the result. What was changed by somebody else meanwhile stops it. Default: the only unfinished run.',
      'Of a run that is proven, it goes on watching its bake: what was not watched is made up for.',
    ].join('\n'),
    arguments: [RUN],
    options: [STORE_RUNBOOK, YES, ANSWER, JSON_OUTPUT],
    examples: [
      { command: 'rollback resume', does: 'the only unfinished run' },
      {
        command: 'rollback resume 20261122-031500 --yes --answer redeploy=done',
        does: 'from CI: the call of that step has happened',
      },
    ],
    load: async () => (await import('../commands/resume.ts')).runResume,
  },
  {
    name: 'undo',
    group: 'Roll back',
    summary: 'take the changes of a run back',
    description:
      'Plans the way back to the recorded former states, shows it, asks, and proves the result. Default: the last run that changed something.',
    arguments: [RUN],
    options: [
      STORE_RUNBOOK,
      WITHOUT,
      REASON,
      { flags: '--dry-run', summary: 'plan and print, write nothing of any kind' },
      MANUAL,
      YES,
      ANSWER,
      JSON_OUTPUT,
    ],
    examples: [
      { command: 'rollback undo', does: 'take the last run back' },
      { command: 'rollback undo 20261122-031500 --dry-run', does: 'what an undo would change' },
    ],
    load: async () => (await import('../commands/undo.ts')).runUndo,
  },
  {
    name: 'abandon',
    group: 'Roll back',
    summary: 'give an unfinished run up: what stands, stands',
    description:
      'An unfinished run owns what it changes: no other rollback may touch it. This ends that, and changes nothing. It is on record, with the reason. Of a run that is proven it ends the bake.',
    arguments: [RUN],
    options: [REASON, STORE_RUNBOOK, YES, ANSWER, JSON_OUTPUT],
    examples: [
      { command: "rollback abandon 20261122-031500 --reason 'mended by hand'", does: 'free its surfaces' },
    ],
    load: async () => (await import('../commands/abandon.ts')).runAbandon,
  },
]
