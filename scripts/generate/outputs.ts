import { platforms } from '../../src/platforms/index.ts'
import { renderActions } from './actions.ts'
import { checkJsonSchema } from './check-schema.ts'
import { COVERAGE, renderCoverage } from './coverage.ts'
import { renderExitCodes } from './exit-codes.ts'
import { runbookJsonSchema } from './runbook-schema.ts'

/** A file made from the code, in whole or in part. */
export interface Output {
  /** From the root of the repository. */
  path: string
  render: () => Promise<string> | string
}

export const outputs: Output[] = [
  {
    path: 'schema/runbook.schema.json',
    render: async () => `${JSON.stringify(await runbookJsonSchema(platforms), null, 2)}\n`,
  },
  {
    path: 'schema/check.schema.json',
    render: () => `${JSON.stringify(checkJsonSchema(), null, 2)}\n`,
  },
  { path: 'docs/reference/actions.md', render: () => renderActions(platforms) },
  { path: 'docs/reference/exit-codes.md', render: renderExitCodes },
  { path: COVERAGE, render: renderCoverage },
]
