import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import { shellWord } from '../core/shell.ts'

/** Names of the files and folders in a directory; empty when it does not exist. */
export type ListDirectory = (directory: string) => Promise<readonly string[]>

const FILES = new Set(['rollback.yaml', 'rollback.yml', 'runbook.yaml', 'runbook.yml'])

/** Where runbooks are by convention. */
const PLACES: { directory: string; matches: (name: string) => boolean }[] = [
  { directory: '.', matches: (name) => FILES.has(name) },
  { directory: '.rollback', matches: isYaml },
  { directory: 'runbooks', matches: isYaml },
  { directory: 'ops', matches: (name) => FILES.has(name) },
  { directory: 'deploy', matches: (name) => FILES.has(name) },
]

/**
 * The one runbook of this directory, as a relative path; a problem when there is none or a choice. What lies in the
 * directory itself is meant, whatever else is there.
 */
export async function findRunbook(list: ListDirectory): Promise<string> {
  const [here = [], ...others] = await Promise.all(PLACES.map((place) => search(place, list)))
  const found = here.length > 0 ? here : others.flat()
  const [only] = found
  if (only === undefined)
    throw new Problem({
      code: 'no-runbook',
      message: 'there is no runbook here',
      found: `looked for ${PLACES.map(describePlace).join(', ')}`,
      cure: 'write one with: rollback init; or name one with --runbook <file>',
      exit: EXIT.usage,
    })
  if (found.length === 1) return only
  throw new Problem({
    code: 'several-runbooks',
    message: 'there are several runbooks here',
    found: found.join(', '),
    cure: `choose one: --runbook ${shellWord(only)}`,
    exit: EXIT.usage,
  })
}

async function search(place: (typeof PLACES)[number], list: ListDirectory): Promise<string[]> {
  const names = await list(place.directory)
  return names
    .filter(place.matches)
    .sort()
    .map((name) => (place.directory === '.' ? name : `${place.directory}/${name}`))
}

function describePlace({ directory, matches }: (typeof PLACES)[number]): string {
  if (matches === isYaml) return `${directory}/*.yaml`
  return directory === '.' ? 'rollback.yaml' : `${directory}/rollback.yaml`
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/.test(name) && !name.startsWith('.')
}
