import type { Runbook } from '../../src/core/model.ts'
import type { Diagnostic } from '../../src/runbook/diagnostic.ts'
import { loadRunbook, type LoadOptions } from '../../src/runbook/load.ts'
import { fixturePlatforms } from './fixture-platforms.ts'

type Options = Partial<Omit<LoadOptions, 'text'>>

/** Loads a text against the fixture platforms. */
export function load(text: string, options: Options = {}): ReturnType<typeof loadRunbook> {
  return loadRunbook({ path: 'rollback.yaml', platforms: fixturePlatforms, ...options, text })
}

export async function loaded(text: string, options: Options = {}): Promise<Runbook> {
  const result = await load(text, options)
  if ('diagnostics' in result)
    throw new Error(result.diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return result.runbook
}

export async function diagnosed(text: string, options: Options = {}): Promise<Diagnostic[]> {
  const result = await load(text, options)
  return 'diagnostics' in result ? result.diagnostics : []
}

/** `line:column message | cure`, one element a mistake. */
export async function mistakes(text: string, options: Options = {}): Promise<string[]> {
  const diagnostics = await diagnosed(text, options)
  return diagnostics.map(
    ({ line, column, message, cure }) =>
      `${line}:${column} ${message}${cure === undefined ? '' : ` | ${cure}`}`,
  )
}

/** A runbook without mistakes, the parts of which a test may replace. */
export function runbookText(
  parts: { head?: string; with?: string; step?: string; tail?: string } = {},
): string {
  return [
    'version: 1',
    'service: api',
    parts.head ?? '',
    'procedures:',
    '  back:',
    '    steps:',
    '      - id: say',
    parts.step ?? `        uses: slack.post\n        with: ${parts.with ?? '{ channel: ops }'}`,
    parts.tail ?? '',
    '',
  ].join('\n')
}
