import { expect, test } from 'vitest'

import { formatDiagnostic, type Diagnostic } from '../../src/runbook/diagnostic.ts'

const DIAGNOSTIC: Diagnostic = {
  severity: 'error',
  code: 'unknown-key',
  message: 'unknown key "reposiory"',
  file: 'runbooks/x.yaml',
  line: 14,
  column: 9,
  length: 9,
  source: '        reposiory: ghcr.io/acme/api',
  cure: 'did you mean "repository"?',
}

test('shows the place, the line and the cure', () => {
  expect(formatDiagnostic(DIAGNOSTIC)).toBe(
    [
      'runbooks/x.yaml:14:9  error  unknown key "reposiory"',
      '    14 |         reposiory: ghcr.io/acme/api',
      '       |         ^^^^^^^^^',
      '  did you mean "repository"?',
    ].join('\n'),
  )
})

test('lets nothing through that moves the cursor or reverses the text', () => {
  const shown = formatDiagnostic({
    ...DIAGNOSTIC,
    message: 'unknown key "\u001B[2J"',
    source: '\t\u202Ea: \u001B]0;x\u0007',
    column: 3,
    length: 1,
  })
  expect(shown.split('\n').slice(0, 3)).toEqual([
    'runbooks/x.yaml:14:3  error  unknown key "\\u{1b}[2J"',
    '    14 | →\\u{202e}a: \\u{1b}]0;x\\u{7}',
    '       |          ^',
  ])
})

test('cuts a long line around the mistake', () => {
  const source = `${'x'.repeat(5000)}WRONG${'y'.repeat(5000)}`
  const [, line, carets] = formatDiagnostic({ ...DIAGNOSTIC, source, column: 5001, length: 5 }).split('\n')
  expect(line?.length).toBeLessThan(130)
  expect(line?.slice(carets?.indexOf('^'), (carets?.lastIndexOf('^') ?? 0) + 1)).toBe('WRONG')
})
