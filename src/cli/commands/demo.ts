import type { ExitCode } from '../../core/exit.ts'

/** The demo has a folder of its own; it is loaded only when it is asked for. */
export async function runDemoCommand(): Promise<ExitCode> {
  const { runDemo } = await import('../demo/demo.ts')
  return runDemo()
}
