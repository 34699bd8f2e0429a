import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

import { describe } from 'vitest'

/** envtest's convention: the control plane's binaries live in one folder that a variable names. */
const CONTROL_PLANE = new Set(['kube-apiserver', 'kube-controller-manager'])

interface Need {
  readonly missing: readonly string[]
  /** One sentence for a test title or a failure; empty when nothing is missing. */
  readonly reason: string
}

/** Which of these programs this machine lacks. */
function need(...programs: readonly string[]): Need {
  const missing = programs.filter((program) => findProgram(program) === undefined)
  if (missing.length === 0) return { missing, reason: '' }
  const hint = missing.some((program) => CONTROL_PLANE.has(program))
    ? ' (set KUBEBUILDER_ASSETS; .ci/run does)'
    : ''
  return { missing, reason: `missing: ${missing.join(', ')}${hint}` }
}

/** The program's full path, so that a test with its own PATH still starts the same one. */
export function findProgram(program: string): string | undefined {
  const folders = CONTROL_PLANE.has(program)
    ? [process.env['KUBEBUILDER_ASSETS'] ?? '']
    : (process.env['PATH'] ?? '').split(delimiter)
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

/**
 * A `describe` for tests that drive real programs. On a laptop without them it is skipped and its title
 * says why; under CI_REQUIRE_PARTS=1 it fails, so that CI can never turn green by having lost a part.
 */
export function describeWith(programs: readonly string[], name: string, tests: () => void): void {
  const { missing, reason } = need(...programs)
  const lacking = missing.length > 0
  if (lacking && process.env['CI_REQUIRE_PARTS'] === '1') throw new Error(`"${name}" cannot run, ${reason}`)
  // oxlint-disable-next-line vitest/valid-describe-callback, vitest/valid-title -- both are checked where we are called
  describe.skipIf(lacking)(lacking ? `${name} (${reason})` : name, tests)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
