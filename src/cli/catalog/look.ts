import { ANSWER, JSON_OUTPUT, PROCEDURE, REASON, RUNBOOK, STORE_RUNBOOK } from './options.ts'
import type { CommandSpec } from './types.ts'

export const LOOK: CommandSpec[] = [
  {
    name: 'check',
    group: 'Look',
    summary: 'measure the triggers, and say what follows: roll back, investigate, or hold',
    description: [
      'Measures everything that the triggers of the runbook speak of, all at once, and says what follows: exit code 10 (roll back), 11 (investigate), 12 (unknown) or 0 (hold).',
      'What has to have lasted is asked of sources that keep a history. The others are measured once, or sampled with --sample.',
    ].join('\n'),
    options: [
      ...RUNBOOK,
      PROCEDURE,
      {
        flags: '--sample <time>',
        summary:
          'sample for so long where a source keeps no history, such as 5m; ends early when it is to be rolled back',
        completes: 'nothing',
      },
      ANSWER,
      {
        flags: '--explain',
        summary: 'how each trigger was judged, part by part, what was measured, and how it went',
      },
      JSON_OUTPUT,
    ],
    examples: [
      { command: 'rollback check', does: 'is it as bad as that?' },
      { command: 'rollback check --explain', does: 'why does it say so?' },
      { command: 'rollback check --sample 5m --json', does: 'for CI, with signals that have to be sampled' },
      { command: 'rollback check --answer reports=3', does: 'what only a person knows, said beforehand' },
    ],
    load: async () => (await import('../commands/check.ts')).runCheck,
  },
  {
    name: 'status',
    group: 'Look',
    summary: 'unfinished runs, and the last ones of every service',
    options: [STORE_RUNBOOK, JSON_OUTPUT],
    examples: [{ command: 'rollback status', does: 'is anything unfinished?' }],
    load: async () => (await import('../commands/status.ts')).runStatus,
  },
  {
    name: 'show',
    group: 'Look',
    summary: 'the report of a run',
    description: 'What, who, why, the timeline, the changes, the proof, what stands and the ways on.',
    arguments: [
      {
        syntax: '[run]',
        summary: 'the id of a run, its beginning or end, or "last" (default)',
        completes: 'run',
      },
    ],
    options: [
      {
        flags: '--format <format>',
        summary: 'text (default), json or markdown',
        choices: ['text', 'json', 'markdown'],
      },
      STORE_RUNBOOK,
      JSON_OUTPUT,
    ],
    examples: [
      { command: 'rollback show', does: 'the last run' },
      { command: 'rollback show 20261122-031500 --format markdown', does: 'for the incident document' },
    ],
    load: async () => (await import('../commands/show.ts')).runShow,
  },
  {
    name: 'versions',
    group: 'Look',
    summary: 'versions to return to, and which are good or blocked',
    description: [
      'A version that a run has proven is good; the one that it rolled back from is blocked, and so is what a person blocks.',
      'A blocked version is refused as a target. "check" is for CI, before a deploy: exit code 0, or 27 when it is blocked.',
    ].join('\n'),
    arguments: [
      {
        syntax: '[action]',
        summary: 'list (default), block, unblock or check',
        choices: ['list', 'block', 'unblock', 'check'],
      },
      {
        syntax: '[version]',
        summary: 'a SHA, a short SHA, a tag, or a digest (sha256:…)',
        completes: 'nothing',
      },
    ],
    options: [...RUNBOOK, PROCEDURE, REASON, JSON_OUTPUT],
    examples: [
      { command: 'rollback versions', does: 'what could we return to?' },
      { command: 'rollback versions check 1a2b3c4', does: 'may CI deploy it?' },
      {
        command: "rollback versions block 1a2b3c4 --reason 'leaks memory'",
        does: 'nobody is to deploy it, or to return to it',
      },
      { command: 'rollback versions unblock 1a2b3c4', does: 'it may come back' },
    ],
    load: async () => (await import('../commands/versions.ts')).runVersions,
  },
]
