import { ANSWER, JSON_OUTPUT, MANUAL, PROCEDURE, REASON, RUNBOOK, TARGET, WITHOUT, YES } from './options.ts'
import type { CommandSpec } from './types.ts'

export const ROLL_BACK: CommandSpec[] = [
  {
    name: 'run',
    group: 'Roll back',
    summary: 'roll back: plan, ask, change, prove',
    description: [
      'Shows the plan and asks before the first change. Success means proven: the live version, several times in a row,',
      'and every surface able to report, say the target. Without a terminal, --yes is needed.',
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
      { command: 'rollback run --plan plan.json --expect sha256:…', does: 'carry out a sealed plan' },
    ],
    load: async () => (await import('../commands/run.ts')).runRun,
  },
  {
    name: 'undo',
    group: 'Roll back',
    summary: 'take the changes of a run back',
    description:
      'Plans the way back to the recorded former states, shows it, asks, and proves the result. Default: the last run that changed something.',
    arguments: [
      {
        syntax: '[run]',
        summary: 'the id of a run, its beginning or end, or "last"',
        completes: 'run',
      },
    ],
    options: [
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
]
