import type { Capture } from '../core/model.ts'
import type { JsonObject } from '../core/json.ts'
import { withWindow } from '../core/window.ts'
import type { Filled } from './filled.ts'
import { asList, asMap } from './loose.ts'
import { optionsOf, type Platforms } from './options.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'
import type { RunbookFile } from './schema.ts'
import { checkSignalName, isSource } from './checks/signals.ts'
import { sourceKeys, sourcesOf } from './sources.ts'
import { validate } from './validate.ts'

// What is kept as evidence is asked of a source, as a signal is; or it is a signal.

const OWN_KEYS = ['id', 'signal', 'over']

type CaptureFile = NonNullable<RunbookFile['capture']>[number]

/** Every list of them: of the runbook, and of each procedure. */
export async function checkCaptures(document: Filled, platforms: Platforms, report: Report): Promise<void> {
  const file = asMap(document.filled)
  const lists: [Path, unknown][] = [
    [['capture'], file.capture],
    ...Object.entries(asMap(file.procedures)).map(([name, procedure]): [Path, unknown] => [
      ['procedures', name, 'capture'],
      asMap(procedure).capture,
    ]),
  ]
  const ids = new Set<string>()
  for (const [at, list] of lists)
    for (const [index, capture] of asList(list).entries()) {
      const { id } = asMap(capture)
      if (typeof id === 'string' && ids.size === ids.add(id).size)
        report.value([...at, index, 'id'], {
          code: 'duplicate-id',
          message: `two captures have the id "${id}", and would be the same file`,
          cure: 'rename one of them',
        })
      await checkCapture(asMap(capture), [...at, index], document, platforms, report)
    }
}

async function checkCapture(
  capture: Record<string, unknown>,
  at: Path,
  document: Filled,
  platforms: Platforms,
  report: Report,
): Promise<void> {
  const sources = sourcesOf(platforms)
  const signals = asMap(asMap(document.filled).signals)
  const { signal } = capture
  const named = keysOf(capture).filter((key) => isSource(key, at, sources, OWN_KEYS, report))
  const said = named.length + (signal === undefined ? 0 : 1)
  // A misspelt one has been told.
  if (said > 1 || (said === 0 && keysOf(capture).length === 0))
    report.key(at, {
      code: 'no-source',
      message:
        said === 0 ? 'it does not say what is to be kept' : 'it says more than once what is to be kept',
      cure: `give one of: signal, ${Object.keys(sources).join(', ')}`,
    })
  if (typeof signal === 'string' && !checkSignalName(signal, [...at, 'signal'], signals, report)) return
  const [source] = typeof signal === 'string' ? sourceKeys(asMap(signals[signal])) : named
  const entry = source !== undefined && Object.hasOwn(sources, source) ? sources[source] : undefined
  if (source === undefined || entry === undefined) return
  if (signal === undefined) validate(await optionsOf(entry), document, [...at, source], report)
  const { keepsHistory, person } = await entry.load()
  if (person !== undefined)
    report.key([...at, signal === undefined ? source : 'signal'], {
      code: 'asked-in-capture',
      message: 'what a person would be asked cannot be kept',
      cure: 'ask with a step that uses person.confirm: its answer is on record',
    })
  if (capture.over !== undefined && keepsHistory !== true)
    report.key([...at, 'over'], {
      code: 'capture-without-history',
      message: `${source} keeps no history`,
      cure: 'leave over out',
    })
}

/** The keys that name a source, right or wrong. */
function keysOf(capture: Record<string, unknown>): string[] {
  return Object.keys(capture).filter((key) => !OWN_KEYS.includes(key))
}

type SignalsFile = NonNullable<RunbookFile['signals']>

export function toCaptures(
  files: readonly CaptureFile[] | undefined,
  signals: SignalsFile,
): Capture[] | undefined {
  return files?.map((file) => toCapture(file, signals))
}

function toCapture(file: CaptureFile, signals: SignalsFile): Capture {
  const { id, signal, over } = file
  const measured = signal === undefined ? undefined : signals[signal]
  if (measured === undefined) {
    const [source = ''] = keysOf(file)
    return { id, source, with: file[source] as JsonObject, over }
  }
  const [source = ''] = sourceKeys(measured)
  return { id, source, with: withWindow(measured[source] as JsonObject, measured.window), over }
}
