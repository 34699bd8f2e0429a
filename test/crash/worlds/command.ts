import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { stringify } from 'yaml'

import { makeCli } from '../../e2e/helpers/cli.ts'
import { mustRun } from '../../helpers/process.ts'
import { stoppable } from '../../helpers/stoppable.ts'
import type { Scenario, World } from '../world.ts'

const GOOD = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const BAD = 'b0bacafe00112233445566778899aabbccddeeff'

/** Programs of the team's own: one script that is a version, a cache, and somebody to be told. */
export const command: Scenario = {
  name: 'command',
  needs: ['sh'],
  uses: ['command.set', 'command.run', 'person.confirm'],
  // The last: in the middle of the call that a person is asked about.
  cuts: ['effect-done', 'child-started', 'effect-done:4'],
  start: () => startCommandWorld(),
}

/** The last of its programs is not there, and all is taken back. */
export const undoingCommand: Scenario = {
  name: 'command, taken back',
  needs: ['sh'],
  uses: ['command.set', 'command.run'],
  cuts: [],
  start: () => startCommandWorld('undoing'),
}

export const interruptedCommand: Scenario = {
  name: 'command, interrupted',
  needs: ['sh'],
  uses: ['command.set', 'command.run', 'person.confirm'],
  cuts: [],
  start: () => startCommandWorld(),
}

/** Killed on one machine, gone on with on another that has nothing in common with it but a git remote. */
export const sharedCommand: Scenario = {
  name: 'shared',
  needs: ['sh', 'git'],
  uses: ['command.set', 'command.run', 'person.confirm'],
  cuts: ['child-started'],
  start: () => startCommandWorld('whole', true),
}

type Kind = 'whole' | 'undoing' | 'version-only'

/** `version-only`: as cheap as a run can be. */
export async function startCommandWorld(kind: Kind = 'whole', isShared = false): Promise<World> {
  const cli = await makeCli()
  const at = (name: string): string => join(cli.folder, name)
  const live = async (): Promise<string> => (await readFile(at('live'), 'utf8')).trim()
  async function interrupt(yes: boolean): Promise<void> {
    if (yes) await writeFile(at('interrupt'), '')
    else await rm(at('interrupt'), { force: true })
  }
  async function startOver(): Promise<void> {
    for (const store of [cli.store, at('other-store'), at('remote.git')])
      await rm(store, { recursive: true, force: true })
    if (isShared) await mustRun('git', ['init', '--quiet', '--bare', at('remote.git')])
    await rm(at('warmed'), { force: true })
    await interrupt(false)
    await writeFile(at('live'), BAD)
    await writeFile(at('log'), '')
  }
  await writeFile(at('team'), SCRIPT)
  await chmod(at('team'), 0o755)
  await writeFile(at('rollback.yaml'), runbook(cli.folder, kind, isShared))
  await startOver()
  return stoppable(
    {
      cli,
      elsewhere: isShared ? { ROLLBACK_STORE: at('other-store') } : undefined,
      target: GOOD,
      answers: kind === 'whole' ? ['--answer', 'sure=yes'] : [],
      doubtful: kind === 'whole' ? { warm: 'warm', either: 'not-instead', tell: 'tell' } : {},
      asked: kind === 'whole' ? 'tell' : undefined,
      startOver,
      interrupt,
      state: live,
      async log() {
        const lines = (await readFile(at('log'), 'utf8')).split('\n').filter((line) => line !== '')
        const isChange = (line: string): boolean => /^(version|warm)/.test(line)
        return { changes: lines.filter(isChange), calls: lines.filter((line) => !isChange(line)) }
      },
    },
    () => cli.stop(),
  )
}

function runbook(folder: string, kind: Kind, isShared: boolean): string {
  const program = join(folder, 'team')
  const env = { WORLD: folder }
  const version = {
    id: 'version',
    uses: 'command.set',
    with: { argv: [program], env, with: { value: '${target.sha}' } },
    retry: { attempts: 3, backoff: '20ms' },
  }
  const run = (id: string, more: object): object => ({
    id,
    uses: 'command.run',
    with: { argv: [program, id], env, ...more },
    retry: { attempts: 3, backoff: '20ms' },
  })
  const undo = { argv: [program, 'not-instead'] }
  const whole = [
    { id: 'sure', uses: 'person.confirm', with: { question: 'Is it really that bad?' } },
    version,
    {
      ...run('warm', { check: { argv: [program, 'is-warm'] } }),
      verify: { within: '5s', must: [{ signal: 'live', passing: true }] },
    },
    {
      id: 'either',
      uses: 'command.run',
      with: { argv: [join(folder, 'is-not-there')], env, undo },
      fallback: { uses: 'command.run', with: { argv: [program, 'instead'], env, repeat: 'harmless', undo } },
    },
    run('tell', { repeat: 'ask' }),
  ]
  const fails = {
    id: 'fails',
    uses: 'command.run',
    with: { argv: [join(folder, 'is-not-there')], check: { argv: ['false'] } },
  }
  const steps = { whole, undoing: [version, fails], 'version-only': [version] }
  const runbook = {
    version: 1,
    service: 'team',
    ...(isShared ? { store: { git: { remote: join(folder, 'remote.git') } } } : {}),
    release: { live: { signal: 'live' } },
    signals: { live: { command: { argv: ['cat', join(folder, 'live')], stdout: 'text' }, every: '20ms' } },
    guards: kind === 'whole' ? [{ id: 'there', signal: 'live', passing: true }] : [],
    capture: kind === 'whole' ? [{ id: 'log', command: { argv: ['cat', join(folder, 'log')] } }] : [],
    procedures: {
      own: {
        steps: steps[kind],
        on_failure: kind === 'undoing' ? 'undo' : 'stop',
        verify: {
          within: '10s',
          must: [{ signal: 'live', same_commit: '${target.sha}', in_a_row: 2 }],
        },
      },
    },
  }
  return stringify(runbook, { aliasDuplicateObjects: false })
}

const SCRIPT = `#!/bin/sh
set -eu
did() { echo "$1" >> "$WORLD/log"; }
case "\${1:-}" in
  is-warm) [ -e "$WORLD/warmed" ]; exit ;;
  warm) [ ! -e "$WORLD/interrupt" ] || kill -TERM "$PPID"; did warm; : > "$WORLD/warmed"; exit ;;
  ?*) did "$1"; exit ;;
esac
read -r request
is() { case "$request" in *"\\"op\\":\\"$1\\""*) true ;; *) false ;; esac }
text() { printf '%s\\n' "$request" | sed -n 's/.*"'"$1"'":"\\([0-9a-f]*\\)".*/\\1/p'; }
live=$(cat "$WORLD/live")
seen='"status":"present","state":"'$live'","label":"'$live'"'
if is surfaces; then echo '{"surfaces":[{"id":"team:version",'"$seen"'}]}'
elif is versions; then echo '{"versions":[]}'
elif is resolve; then
  to=$(text state); [ -n "$to" ] || to=$(text value)
  if [ "$to" = "$live" ]; then echo '{"result":"already"}'
  else echo '{"result":"change","to":"'"$to"'","label":"'"$to"'"}'; fi
elif is apply; then
  to=$(text to)
  if [ "$to" = "$live" ]; then echo '{"applied":"yes","receipt":{"already":true}}'
  elif [ "$(text from)" != "$live" ]; then echo '{"applied":"no","stale":true,"why":"it moved"}'
  else did "version $to"; echo "$to" > "$WORLD/live"; echo '{"applied":"yes"}'; fi
else echo "{$seen}"; fi
`
