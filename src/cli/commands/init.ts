import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import { EXIT, type ExitCode } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'
import { shellLine } from '../../core/shell.ts'
import type { Call } from '../catalog/types.ts'
import { type Example, EXAMPLES, usualAnswers } from '../init/examples.ts'
import { interview } from '../init/interview.ts'
import type { Output } from '../output.ts'
import { usageError } from '../usage.ts'

const USUAL_FILE = 'rollback.yaml'

/** Writes a first runbook: from answers, or as an example. What it writes validates. */
export async function runInit({ options, output }: Call): Promise<ExitCode> {
  const file = (options['out'] as string | undefined) ?? USUAL_FILE
  const force = options['force'] === true
  if (!force && (await exists(file)))
    throw usageError(
      `${file} is there already`,
      'Choose another name with --out, or overwrite it with --force.',
    )

  const from = options['from'] as string | undefined
  const { example, answers } = await chosen(from, output)
  const text = example.write(answers)
  await assertValid(text, file)
  await write(file, text, force)

  output.result(`Wrote ${file} (${example.summary}). It is valid; read it once, then:`)
  output.result(`  ${nextCommand('validate', file)}\n  ${nextCommand('plan', file)}`)
  output.document({ type: 'init', exit: EXIT.done, file, example: example.name })
  return EXIT.done
}

async function chosen(
  from: string | undefined,
  output: Output,
): Promise<{ example: Example; answers: Record<string, string> }> {
  if (from !== undefined) {
    const example = EXAMPLES.find(({ name }) => name === from)
    if (example === undefined) throw usageError(`there is no example "${from}"`, exampleList())
    return { example, answers: usualAnswers(example) }
  }
  if (!output.interactive)
    throw usageError('nobody can be asked here: choose an example with --from', exampleList())
  return interview(output)
}

function exampleList(): string {
  return ['Examples:', ...EXAMPLES.map(({ name, summary }) => `  --from ${name}  ${summary}`)].join('\n')
}

/** An own mistake, should it ever be one: never leave a runbook behind that does not work. */
async function assertValid(text: string, file: string): Promise<void> {
  const [{ loadRunbook }, { formatDiagnostic }] = await Promise.all([
    import('../../runbook/load.ts'),
    import('../../runbook/diagnostic.ts'),
  ])
  const result = await loadRunbook({ path: resolve(file), shownAs: file, text })
  if ('runbook' in result) return
  throw new Problem({
    code: 'init-invalid',
    message: 'these answers do not make a valid runbook; nothing was written',
    cure: result.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n\n'),
    exit: EXIT.usage,
  })
}

async function write(file: string, text: string, force: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  if (!force) return writeFile(file, text, { flag: 'wx' })
  const draft = `${file}.${process.pid}.tmp`
  try {
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}

function nextCommand(command: string, file: string): string {
  return shellLine(['rollback', command, ...(file === USUAL_FILE ? [] : ['--runbook', file])])
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file)
    return true
  } catch {
    return false
  }
}
