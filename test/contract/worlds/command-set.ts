import { chmod, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { tempFolder } from '../../helpers/folder.ts'
import { type Stoppable, stopAll, stoppable } from '../../helpers/stoppable.ts'
import type { EffectFault } from '../faults.ts'
import type { SetStage, SetWorld } from '../world.ts'

/** The example script, behind a shell script that can be broken; the file of flags speaks for itself. */
export const commandSet: SetWorld = {
  kind: 'set',
  needs: ['sh'],
  looks: {
    refused: 'unknown',
    cut: 'unknown',
    unauthorized: 'denied',
    forbidden: 'denied',
    missing: 'absent',
    failing: 'unknown',
    'timed-out': 'cannot-happen',
    'foreign-404': 'cannot-happen',
    page: 'unknown',
    garbage: 'unknown',
    'failing-garbage': 'unknown',
  },
  applies: {
    refused: 'no',
    cut: 'unknown',
    unauthorized: 'no',
    forbidden: 'no',
    missing: 'no',
    failing: 'unknown',
    'timed-out': 'cannot-happen',
    'foreign-404': 'cannot-happen',
    page: 'unknown',
    garbage: 'unknown',
    'failing-garbage': 'unknown',
    lost: 'unknown',
  },
  async start() {
    const started: Stoppable[] = []
    const stage = async () => {
      const folder = await tempFolder('contract-flag')
      started.push(folder)
      return stageIn(folder.path)
    }
    return stoppable({ stage }, () => stopAll(started))
  },
}

const TOKEN = 'flag-t0ken/with+odd=chars&%'
const FLAG_SCRIPT = resolve('runbooks/scripts/feature-flag.mjs')

async function stageIn(folder: string): Promise<SetStage> {
  const file = join(folder, 'flags.json')
  const script = join(folder, 'flag')
  const away = `${script}-away`
  await writeFile(file, flags({ on: true, note: 'new' }))
  await writeFile(join(folder, 'fault'), 'none')
  await writeFile(script, SCRIPT)
  await chmod(script, 0o755)
  const first = await writtenAt(file)
  let broken: EffectFault | undefined

  return {
    options: {
      argv: [script],
      env: { FLAGS: folder, FLAG_TOKEN: '${secrets.FLAG_TOKEN}', NODE: process.execPath, FLAG_SCRIPT },
      with: { file, flag: 'checkout', value: { on: false, note: "it's the old one" } },
    },
    secrets: { FLAG_TOKEN: TOKEN },
    release: { given: 'abc1234' },
    wanted: flags({ on: false, note: "it's the old one" }),
    judge: () => readFile(file, 'utf8'),
    meddle: () => writeFile(file, flags({ on: 'half' })),
    // It keeps no record; a write shows by the file.
    changes: async () => ((await writtenAt(file)) === first ? [] : [`written at ${await writtenAt(file)}`]),
    async breakWith(fault, what) {
      broken = fault
      if (fault === 'refused') await rename(script, away)
      else await writeFile(join(folder, 'fault'), what === 'changes' ? `${fault} apply` : fault)
    },
    async mend() {
      if (broken === 'refused') await rename(away, script)
      else await writeFile(join(folder, 'fault'), 'none')
      broken = undefined
    },
  }
}

function flags(checkout: object): string {
  return `${JSON.stringify({ other: { on: true }, checkout }, null, 2)}\n`
}

async function writtenAt(file: string): Promise<string> {
  const { ino, mtimeNs } = await stat(file, { bigint: true })
  return `${mtimeNs} ${ino}`
}

/** `fault` says what to do wrong, and after a space in which question alone. */
const SCRIPT = `#!/bin/sh
set -eu
request=$(cat)
[ "$FLAG_TOKEN" = '${TOKEN}' ] || { echo 'the token is wrong' >&2; exit 1; }
read -r fault only < "$FLAGS/fault" || true
case "$request" in
  *'"op":"apply"'*) op=apply ;;
  *'"op":"surfaces"'*) op=surfaces ;;
  *'"op":"resolve"'*) op=resolve ;;
  *'"op":"versions"'*) op=versions ;;
  *) op=look ;;
esac
[ -z "$only" ] || [ "$only" = "$op" ] || fault=none
say() { # denied|missing, why
  case "$op" in
    surfaces)
      status=$1; [ "$1" = denied ] || status=absent
      echo '{"surfaces":[{"id":"flag:x","status":"'"$status"'","why":"'"$2"'"}]}' ;;
    resolve) echo '{"result":"'"$1"'","why":"'"$2"'"}' ;;
    apply) echo '{"applied":"no","why":"'"$2"'","cure":"ask the owner of the flags"}' ;;
    versions) echo '{"versions":[]}' ;;
    *) status=$1; [ "$1" = denied ] || status=absent
      echo '{"status":"'"$status"'","why":"'"$2"'"}' ;;
  esac
}
answer() { printf '%s\\n' "$request" | "$NODE" "$FLAG_SCRIPT"; }
case "$fault" in
  none) answer ;;
  cut) kill -KILL $$ ;;
  unauthorized) say denied 'the flag service wants a login' ;;
  forbidden) say denied 'the flag service does not let us' ;;
  missing) say missing 'there is no such flag' ;;
  failing) echo 'the flag service is failing' >&2; exit 1 ;;
  page) echo '<!DOCTYPE html>'; echo '<html>Log in</html>' ;;
  garbage) printf '{"status":{"mess' ;;
  failing-garbage) printf '{"status":{"mess' >&2; exit 3 ;;
  lost) answer > /dev/null; kill -KILL $$ ;;
esac
`
