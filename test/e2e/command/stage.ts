import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { stringify } from 'yaml'

import { type Stoppable, stoppable } from '../../helpers/stoppable.ts'
import { type Cli, makeCli } from '../helpers/cli.ts'

export const GOOD = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
export const BAD = 'b0bacafe00112233445566778899aabbccddeeff'

export interface Stage extends Stoppable {
  cli: Cli
  /** What the programs have done, in their order. */
  log(): Promise<string[]>
  at(name: string): string
  write(name: string, text: string): Promise<void>
}

/**
 * A service of one script: `switch <version>` makes it live, `slow` says `begun` and takes until the file `end` is
 * there (30 s at most), `touch <name>` only says its name.
 */
export async function startStage(
  steps: readonly object[],
  more: { top?: object; procedure?: object; signals?: object } = {},
): Promise<Stage> {
  const cli = await makeCli()
  const at = (name: string): string => join(cli.folder, name)
  await writeFile(at('live'), BAD)
  await writeFile(at('log'), '')
  await writeFile(at('do'), SCRIPT)
  await chmod(at('do'), 0o755)
  const runbook = {
    version: 1,
    service: 'shop',
    ...more.top,
    release: { live: { signal: 'live' } },
    signals: {
      live: { command: { argv: ['cat', at('live')], stdout: 'text' }, every: '20ms' },
      ...more.signals,
    },
    procedures: {
      own: {
        steps,
        verify: { within: '10s', must: [{ signal: 'live', same_commit: '${target.sha}', in_a_row: 2 }] },
        ...more.procedure,
      },
    },
  }
  await writeFile(at('rollback.yaml'), stringify(runbook, { aliasDuplicateObjects: false }))
  const log = async (): Promise<string[]> =>
    (await readFile(at('log'), 'utf8')).split('\n').filter((line) => line !== '')
  const write = (name: string, text: string): Promise<void> => writeFile(at(name), text)
  return stoppable({ cli, log, at, write }, () => cli.stop())
}

export function step(id: string, args: readonly string[], more: object = {}): object {
  return { id, uses: 'command.run', with: { argv: ['./do', ...args], ...more } }
}

/** Makes the target live. */
export const SWITCH = step('switch', ['switch', '${target.sha}'], {
  check: { argv: ['grep', '-q', '${target.sha}', 'live'] },
})

const SCRIPT = `#!/bin/sh
set -eu
case "$1" in
  switch) echo "switch" >> log; echo "$2" > live ;;
  slow)
    echo begun >> log
    tries=0
    until [ -e end ] || [ $tries -ge 600 ]; do sleep 0.05; tries=$((tries + 1)); done
    echo ended >> log ;;
  touch) echo "$2" >> log ;;
esac
`
