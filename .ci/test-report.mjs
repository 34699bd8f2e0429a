// Reads vitest's JSON reports. `closing-line` prints the counts in the form that every CI's counter knows;
// `nothing-left-out` fails when a test was skipped, because where all parts are installed none may be.
// Plain JavaScript without dependencies: it has to speak also when the installation has failed.
import { readFileSync } from 'node:fs'

const [, , question, ...paths] = process.argv
const testResults = paths.flatMap((path) => JSON.parse(readFileSync(path, 'utf8')).testResults)

const tests = testResults.flatMap((file) =>
  file.assertionResults.map(({ fullName, status }) => ({ name: `${file.name}: ${fullName}`, status })),
)
// A file that cannot even be loaded has no tests to count; it must not pass for an empty one.
const brokenFiles = testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
)
const passed = tests.filter(({ status }) => status === 'passed')
const failed = tests.filter(({ status }) => status === 'failed')
const leftOut = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')

if (question === 'closing-line') {
  const failures = failed.length + brokenFiles.length
  console.log(`${passed.length} passed, ${failures} failed, ${leftOut.length} skipped`)
} else if (question === 'nothing-left-out') {
  for (const { name, status } of leftOut) console.log(`${status}: ${name}`)
  console.log(`${tests.length} tests, ${leftOut.length} left out`)
  if (tests.length === 0 || leftOut.length > 0) process.exitCode = 1
} else {
  throw new Error(`Unknown question: ${question}`)
}
