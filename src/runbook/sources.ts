import type { SourceEntry } from '../core/contract.ts'
import type { Platforms } from './options.ts'
import { SIGNAL_KEYS } from './schema.ts'

// The one key of a signal that says how it is measured.

/** Every registered source by its name. */
export function sourcesOf(platforms: Platforms): Record<string, SourceEntry> {
  return Object.assign({}, ...Object.values(platforms).map((platform) => platform.sources ?? {})) as Record<
    string,
    SourceEntry
  >
}

/** The keys of a signal that are not its own: the names of sources, right or wrong. */
export function sourceKeys(signal: Record<string, unknown>): string[] {
  return Object.keys(signal).filter((key) => !Object.hasOwn(SIGNAL_KEYS, key))
}
