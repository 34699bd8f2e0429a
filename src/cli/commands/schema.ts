import { EXIT, type ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'
import { printNow } from '../write-now.ts'

/** Prints a schema exactly as it is published, to be saved beside a runbook. */
export async function runSchema({ output }: Call): Promise<ExitCode> {
  const { default: schema } = await import('../../../schema/runbook.schema.json', {
    with: { type: 'json' },
  })
  // A schema is a document already: `--json` changes nothing about it.
  printNow(output.redact(`${JSON.stringify(schema, undefined, 2)}\n`))
  return EXIT.done
}
