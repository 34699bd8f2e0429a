#!/usr/bin/env node
// A surface for `command.set`: a feature flag in a JSON file, as `{ "new-checkout": { "on": true } }`.
// It stands for any flag service: keep the shape, and put its API in place of the file.
// Options (`with:`): file, flag, value (what the flag is to be after the rollback). Protocol: docs/command-set.md
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

const request = JSON.parse(readFileSync(0, 'utf8'))
const { file, flag, value = { on: false } } = request.options

const operations = {
  surfaces: () => ({ surfaces: [{ id: `flag:${file}:${flag}`, kind: 'setting', type: 'feature flag', ...seen() }] }),
  observe: () => seen(),
  versions: () => ({ versions: [] }),
  resolve() {
    // A run asks for a release (for a flag: the value the runbook gives), an undo for a state recorded earlier.
    const to = 'state' in request.wanted ? request.wanted.state : value
    if (same(to, request.from)) return { result: 'already' }
    return { result: 'change', to, label: label(to), reversible: true }
  },
  apply() {
    const flags = read()
    const live = flags[flag] ?? null
    // Sending the same change twice must end as sending it once.
    if (same(live, request.to)) return { applied: 'yes', receipt: { already: true } }
    if (!same(live, request.from)) {
      return { applied: 'no', stale: true, why: `${flag} is ${label(live)}, not ${label(request.from)}` }
    }
    if (request.to === null) delete flags[flag]
    else flags[flag] = request.to
    write(flags)
    return { applied: 'yes' }
  },
}

try {
  process.stdout.write(JSON.stringify(answer()))
} catch (error) {
  // The last words on standard error are shown to the person; the run is refused, or stops.
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

function answer() {
  if (request.protocol !== 1) throw new Error(`protocol ${request.protocol} is not known here`)
  if (typeof file !== 'string' || typeof flag !== 'string') throw new Error('with: needs file and flag')
  const operation = operations[request.op]
  if (operation === undefined) throw new Error(`there is no "${request.op}"`)
  return operation()
}

function seen() {
  const state = read()[flag]
  return state === undefined ? { status: 'absent' } : { status: 'present', state, label: label(state) }
}

function label(state) {
  return state === null ? 'absent' : state.on ? 'on' : 'off'
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b)
}

function read() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw new Error(`${file} cannot be read: ${error.message}`, { cause: error })
  }
}

/** Whoever reads the file sees the old or the new one, never half of it. */
function write(flags) {
  writeFileSync(`${file}.new`, `${JSON.stringify(flags, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}
