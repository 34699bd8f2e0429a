import { JSON_OUTPUT } from './options.ts'
import type { CommandSpec } from './types.ts'

const SHELLS = ['bash', 'zsh', 'fish']
const SCHEMAS = ['runbook']

export const SET_UP: CommandSpec[] = [
  {
    name: 'demo',
    group: 'Set up',
    summary: 'watch a rollback of a made-up service, on this machine only',
    options: [{ flags: '--keep', summary: 'leave its runbook and journals on the disk' }, JSON_OUTPUT],
    examples: [{ command: 'rollback demo', does: 'no account and no network needed' }],
    load: async () => (await import('../commands/demo.ts')).runDemoCommand,
  },
  {
    name: 'schema',
    group: 'Set up',
    summary: 'print the JSON Schema of a document',
    arguments: [{ syntax: '[document]', summary: 'runbook (default)', choices: SCHEMAS }],
    options: [JSON_OUTPUT],
    examples: [
      { command: 'rollback schema > runbook.schema.json', does: 'completion and checks in an editor' },
    ],
    load: async () => (await import('../commands/schema.ts')).runSchema,
  },
  {
    name: 'completion',
    group: 'Set up',
    summary: 'print a completion script for a shell',
    arguments: [{ syntax: '<shell>', summary: 'bash, zsh or fish', choices: SHELLS }],
    options: [JSON_OUTPUT],
    examples: [
      { command: 'source <(rollback completion bash)', does: 'in ~/.bashrc' },
      { command: 'source <(rollback completion zsh)', does: 'in ~/.zshrc, after compinit' },
      { command: 'rollback completion fish | source', does: 'in ~/.config/fish/config.fish' },
    ],
    load: async () => (await import('../commands/completion.ts')).runCompletion,
  },
]
