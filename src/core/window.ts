import { fill } from './template.ts'

/** `${window}` in the options of a source, as every query language reads it: in seconds. `window` is in milliseconds. */
export function withWindow<T>(options: T, window: number | undefined): T {
  if (window === undefined) return options
  return fill(options, (reference) => (reference === 'window' ? `${window / 1000}s` : undefined))
}
