import type { ExitCode } from '../../core/exit.ts'
import type { Call } from '../catalog/types.ts'

/** The demo has a folder of its own; it is loaded only when it is asked for. */
export async function runDemoCommand({ options, output }: Call): Promise<ExitCode> {
  const { runDemo } = await import('../demo/demo.ts')
  return runDemo({ output, keep: options['keep'] === true })
}
