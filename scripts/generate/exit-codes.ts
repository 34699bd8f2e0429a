import { EXIT_MEANING } from '../../src/core/exit.ts'
import { GENERATED, table } from './markdown.ts'

export function renderExitCodes(): string {
  const rows = Object.entries(EXIT_MEANING).map(([code, meaning]) => [code, meaning])
  return ['# Exit codes', GENERATED, table(['code', 'meaning'], rows), ''].join('\n\n').trimEnd() + '\n'
}
