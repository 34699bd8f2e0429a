import { JSON_OUTPUT } from './options.ts'
import type { CommandSpec } from './types.ts'

export const LOOK: CommandSpec[] = [
  {
    name: 'status',
    group: 'Look',
    summary: 'unfinished runs, and the last ones of every service',
    options: [JSON_OUTPUT],
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
      JSON_OUTPUT,
    ],
    examples: [
      { command: 'rollback show', does: 'the last run' },
      { command: 'rollback show 20261122-031500 --format markdown', does: 'for the incident document' },
    ],
    load: async () => (await import('../commands/show.ts')).runShow,
  },
]
