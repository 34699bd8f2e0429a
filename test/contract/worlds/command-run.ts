import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { tempFolder } from '../../helpers/folder.ts'
import { type Stoppable, stopAll, stoppable } from '../../helpers/stoppable.ts'
import type { EffectFault } from '../faults.ts'
import type { CallStage, CallWorld, Effect } from '../world.ts'

/** A script that writes down what it does. */
export const commandRun: CallWorld = {
  kind: 'call',
  needs: ['sh'],
  calls: {
    refused: 'no',
    cut: 'unknown',
    unauthorized: 'unknown',
    forbidden: 'unknown',
    missing: 'unknown',
    failing: 'unknown',
    'timed-out': 'cannot-happen',
    'foreign-404': 'cannot-happen',
    page: 'unknown',
    garbage: 'unknown',
    'failing-garbage': 'unknown',
    lost: 'unknown',
  },
  finds: {
    refused: 'unknown',
    cut: 'unknown',
    // Any exit code but 0 is a "no": that is what the runbook's author declares with a check.
    unauthorized: 'not-done',
    forbidden: 'not-done',
    missing: 'not-done',
    failing: 'not-done',
    'timed-out': 'cannot-happen',
    'foreign-404': 'cannot-happen',
    page: 'not-done',
    garbage: 'not-done',
    'failing-garbage': 'not-done',
  },
  handsOnId: true,
  async start() {
    const started: Stoppable[] = []
    const stage = async () => {
      const folder = await tempFolder('contract-run')
      started.push(folder)
      return stageIn(folder.path)
    }
    return stoppable({ stage }, () => stopAll(started))
  },
}

const TOKEN = 'deploy-t0ken/with+odd=chars&%'

async function stageIn(folder: string): Promise<CallStage> {
  const script = join(folder, 'deploy')
  const away = `${script}-away`
  const log = join(folder, 'effects')
  await writeFile(log, '')
  await writeFile(join(folder, 'fault'), 'none')
  await writeFile(script, SCRIPT)
  await chmod(script, 0o755)
  let broken: EffectFault | undefined

  return {
    options: {
      argv: [script, 'deploy', "it's one"],
      env: { WORLD: folder, DEPLOY_TOKEN: '${secrets.DEPLOY_TOKEN}' },
      stdout: { contains: 'deployed' },
      check: { argv: [script, 'check'], stdout: { contains: 'is deployed' } },
    },
    secrets: { DEPLOY_TOKEN: TOKEN },
    reversals: { again: {}, none: { undo: 'none' }, other: { undo: { argv: [script, 'undeploy'] } } },
    effects: async () => (await readFile(log, 'utf8')).split('\n').filter(Boolean).map(effectOf),
    async breakWith(fault, what) {
      broken = fault
      if (fault === 'refused') await rename(script, away)
      else await writeFile(join(folder, 'fault'), what === 'changes' ? `${fault} deploy` : fault)
    },
    async mend() {
      if (broken === 'refused') await rename(away, script)
      else await writeFile(join(folder, 'fault'), 'none')
      broken = undefined
    },
  }
}

function effectOf(line: string): Effect {
  const [id = '', ...what] = line.split(' ')
  return { what: what.join(' '), id: id === '-' ? undefined : id }
}

const SCRIPT = `#!/bin/sh
set -eu
[ "$DEPLOY_TOKEN" = '${TOKEN}' ] || { echo 'the token is wrong' >&2; exit 77; }
read -r fault only < "$WORLD/fault" || true
[ -z "$only" ] || [ "$only" = "$1" ] || fault=none
answer() {
  if [ "$1" = check ]; then
    [ ! -s "$WORLD/effects" ] || echo 'it is deployed'
  else
    echo "\${ROLLBACK_EFFECT:--} $*" >> "$WORLD/effects"
    echo 'deployed'
  fi
}
case "$fault" in
  none) answer "$@" ;;
  cut) kill -KILL $$ ;;
  unauthorized) echo 'log in first' >&2; exit 77 ;;
  forbidden) echo 'you may not' >&2; exit 78 ;;
  missing) echo 'there is no such service' >&2; exit 79 ;;
  failing) echo 'the service is failing' >&2; exit 1 ;;
  page) echo '<html>Log in</html>' ;;
  garbage) printf '{"status":{"mess' ;;
  failing-garbage) printf '{"status":{"mess' >&2; exit 3 ;;
  lost) answer "$@" > /dev/null; kill -KILL $$ ;;
esac
`
