import { FORCE, JSON_OUTPUT, MANUAL, PROCEDURE, REASON, RUNBOOK, TARGET, WITHOUT } from './options.ts'
import type { CommandSpec } from './types.ts'

export const PREPARE: CommandSpec[] = [
  {
    name: 'init',
    group: 'Prepare',
    summary: 'write a first runbook',
    description:
      'Asks a few questions and writes a runbook that validates, or copies an example. It never overwrites a file without --force.',
    options: [
      {
        flags: '--from <example>',
        summary: 'copy an example instead of asking: registry-render, kubernetes-deployment',
        completes: 'nothing',
      },
      {
        flags: '--out <file>',
        summary: 'where to write it (default: rollback.yaml)',
        completes: 'file',
      },
      { flags: '--force', summary: 'overwrite a file that is there' },
      JSON_OUTPUT,
    ],
    examples: [
      { command: 'rollback init', does: 'ask, then write rollback.yaml' },
      { command: 'rollback init --from registry-render', does: 'copy an example' },
    ],
    load: async () => (await import('../commands/init.ts')).runInit,
  },
  {
    name: 'validate',
    group: 'Prepare',
    summary: 'check the runbook, without any network',
    description: 'Reports everything that is wrong at once, with file, line and column. Exit code 0 or 2.',
    options: [...RUNBOOK, JSON_OUTPUT],
    examples: [
      { command: 'rollback validate', does: 'check the runbook of this folder' },
      { command: 'rollback validate --env staging', does: 'check it with the variables of staging' },
    ],
    load: async () => (await import('../commands/validate.ts')).runValidate,
  },
  {
    name: 'plan',
    group: 'Prepare',
    summary: 'show what a rollback would change, and change nothing',
    description: [
      'With a target: looks at every surface at once and shows the changes, or refuses with the reasons (exit code 20).',
      'Without a target: the readiness check of any day. Secrets, what is live, the versions to return to, and what a rollback to the first of them would meet. Permissions and retained artifacts of another version: with a target.',
    ].join('\n'),
    options: [
      TARGET,
      ...RUNBOOK,
      PROCEDURE,
      WITHOUT,
      REASON,
      FORCE,
      {
        flags: '--out <file>',
        summary: 'write the sealed plan to a file, for run --plan',
        completes: 'file',
      },
      MANUAL,
      JSON_OUTPUT,
    ],
    examples: [
      { command: 'rollback plan', does: 'could we roll back today, and to what?' },
      { command: 'rollback plan --target 1a2b3c4', does: 'what would be changed' },
      {
        command: 'rollback plan --target v1.4.2 --out plan.json',
        does: 'seal it; someone else carries it out',
      },
      {
        command: 'rollback plan --target 1a2b3c4 --manual',
        does: 'the same by hand, for the night the tool cannot run',
      },
    ],
    load: async () => (await import('../commands/plan.ts')).runPlan,
  },
]
