import { EXIT, type ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'
import { readForCheck } from '../runbook.ts'

/** Checks the runbook without any network, and reports all that is wrong at once. */
export async function runValidate({ options, output }: Call): Promise<ExitCode> {
  const read = await readForCheck(options)
  if ('diagnostics' in read) {
    const { formatDiagnostic } = await import('../../runbook/diagnostic.ts')
    const count = read.diagnostics.length
    output.result(read.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n\n'))
    output.result(`\n${read.file}: ${count === 1 ? 'one mistake' : `${count} mistakes`}`)
    output.document({
      type: 'validation',
      valid: false,
      exit: EXIT.usage,
      file: read.file,
      diagnostics: read.diagnostics,
    })
    return EXIT.usage
  }

  const { runbook, environments, file } = read
  const checked = options.env === undefined ? environments : [runbook.environment]
  const procedures = runbook.procedures.map((procedure) => procedure.name)
  output.result(
    `${file} is valid: ${runbook.service}, ${checked.join(' and ')}; ${procedures.length === 1 ? 'procedure' : 'procedures'} ${procedures.join(', ')}`,
  )
  output.document({
    type: 'validation',
    valid: true,
    exit: EXIT.done,
    file,
    service: runbook.service,
    environment: runbook.environment,
    environments,
    procedures,
    diagnostics: [],
  })
  return EXIT.done
}
