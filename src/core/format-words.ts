import { printable } from './printable.ts'

/** The format that a document names, whatever somebody has put there. */
export function formatWords(format: unknown): string {
  return format === undefined ? 'none' : printable(JSON.stringify(format), 60)
}
