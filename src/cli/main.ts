import manifest from '../../package.json' with { type: 'json' }

// Imports nothing else up front: `--version` and completion must cost no more than Node itself.

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

/** Without the stream objects: they cost more than all the rest of such a short start. */
function printNow(text: string): void {
  try {
    // Not an import: that would look at every member of the module, and load what they load.
    process.getBuiltinModule('node:fs').writeSync(1, text)
  } catch {
    // A pipe that is full for a moment: the stream knows how to wait.
    process.stdout.write(text)
  }
}
