import manifest from '../../package.json' with { type: 'json' }
import { printNow } from './write-now.ts'

// Imports no more up front: `--version` and completion must cost no more than Node itself.

/** Runs the program; the exit code is in `process.exitCode` when it returns. */
export async function main(argv: string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    printNow(`${manifest.version}\n`)
    return
  }
  if (argv[0] === '__complete') {
    const { completionText } = await import('./complete.ts')
    printNow(await completionText(argv.slice(1)))
    return
  }
  const { runProgram } = await import('./program.ts')
  process.exitCode = await runProgram(argv, manifest.version)
}
