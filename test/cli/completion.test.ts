import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { describeWith } from '../helpers/need.ts'
import { mustRun } from '../helpers/process.ts'
import { BIN, environment, folder, rollback } from './program.ts'

const RUNBOOK = `version: 1
service: api
environments:
  production: { ns: prod }
  staging: { ns: staging }
procedures:
  code-only: { use_when: no migration, steps: [{ id: image, uses: kubernetes.deployment }] }
  code-and-data: { steps: [] }
`

/** A folder with a runbook, and a \`rollback\` on the PATH. */
async function place() {
  const here = await folder()
  await writeFile(join(here.path, 'rollback.yaml'), RUNBOOK)
  await symlink(BIN, join(here.path, 'rollback'))
  const { PATH = '' } = process.env
  return { here, env: environment(here.path, { PATH: `${here.path}:${PATH}` }) }
}

async function offered(words: string[], cwd: string): Promise<string[]> {
  const { stdout } = await rollback(['__complete', '--', ...words], { cwd })
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']))
}

test('completes commands, options, names of the runbook, choices and files', async () => {
  const { here } = await place()
  await using _ = here
  expect(await offered(['va'], here.path)).toEqual(['validate'])
  expect(await offered(['run', '--d'], here.path)).toEqual(['--dry-run', '--debug'])
  expect(await offered(['plan', '--env', ''], here.path)).toEqual(['production', 'staging'])
  expect(await offered(['run', '--procedure', 'code-a'], here.path)).toEqual(['code-and-data'])
  expect(await offered(['run', '--without', ''], here.path)).toEqual(['image'])
  expect(await offered(['run', '--target', ''], here.path)).toEqual([])
  expect(await offered(['completion', 'f'], here.path)).toEqual(['fish'])
  expect(await offered(['validate', '--runbook', ''], here.path)).toEqual([':files'])
  expect(await offered(['undo', ''], here.path)).toEqual(['last'])
})

test('says nothing at all about a runbook that cannot be read', async () => {
  const { here } = await place()
  await using _ = here
  await writeFile(join(here.path, 'rollback.yaml'), '{{{')
  expect(await rollback(['__complete', '--', 'run', '--env', ''], { cwd: here.path })).toEqual({
    stdout: '',
    stderr: '',
    exitCode: 0,
  })
})

describeWith(['bash'], 'in bash', () => {
  test('the script completes', async () => {
    const { here, env } = await place()
    await using _ = here
    const script = `
      source <(rollback completion bash)
      try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rollback_completion; echo "\${COMPREPLY[*]}"; }
      try rollback va; try rollback run --procedure ''; try rollback validate --runbook rollback.y`
    const output = await mustRun('bash', ['--norc', '-c', script], { cwd: here.path, env })
    expect(output.trim().split('\n')).toEqual(['validate', 'code-only code-and-data', 'rollback.yaml'])
  })
})

describeWith(['fish'], 'in fish', () => {
  test('the script completes', async () => {
    const { here, env } = await place()
    await using _ = here
    const script = `rollback completion fish | source
      complete -C'rollback va'; echo; complete -C'rollback run --procedure '; echo`
    const output = await mustRun('fish', ['--no-config', '-c', script], { cwd: here.path, env })
    expect(output).toMatch(/^validate\t/)
    expect(output).toContain('code-only\tno migration')
    expect(output).toContain('code-and-data')
  })
})

describeWith(['zsh'], 'in zsh', () => {
  test('the script completes at a prompt', async () => {
    const { here, env } = await place()
    await using _ = here
    const output = await mustRun('zsh', ['-f', '-c', ZSH_DIALOGUE], { cwd: here.path, env })
    expect(output).toContain('rollback validate')
    expect(output).toContain('--env staging')
  })
})

/** A shell in a terminal of its own: completion in zsh exists only while a line is edited. */
const ZSH_DIALOGUE = String.raw`
zmodload zsh/zpty
zpty -b shell zsh -f -i
heard=''
hear() {
  local chunk i
  for i in {1..100}; do
    sleep 0.1
    while zpty -r -t shell chunk; do heard+=$chunk; done
    [[ $heard == *$1* ]] && return
  done
}
zpty -w -n shell $'autoload -U compinit; compinit -u -D; source <(rollback completion zsh); echo REA""DY\n'
hear READY
zpty -w -n shell $'rollback va\t'
hear validate
zpty -w -n shell $'--env st\t'
hear staging
zpty -d shell
print -r -- $heard | sed $'s/\x1b\\[[0-9;?]*[a-zA-Z]//g; s/.\b//g'`
