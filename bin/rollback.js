#!/usr/bin/env node
// Starts the bundle. It must be readable by old versions of Node: they get a sentence, or the repository's own Node.

const OLDEST = [22, 19]
// After an interruption the process has to be gone even when a platform keeps a socket open: 5 s after the signal, and
// the run has had its own time by then.
const LINGER_MS = 1000

/** Of the process that stands in for one with an older Node. */
const STARTED_BY_US = 'ROLLBACK_STARTED_BY_OLDER_NODE'

await start()

async function start() {
  if (!isSupported(process.versions.node)) return startWithOwnNode()
  if (process.env[STARTED_BY_US] !== undefined) endWithParent()
  const { loadBundle } = await import('./bundle.js')
  const entry = `${import.meta.dirname}/../dist/main.cjs`
  let loaded
  try {
    loaded = loadBundle(entry)
  } catch (error) {
    if (error?.code !== 'ENOENT' || error.path !== entry) throw error
    return fail('The program is not built yet: run `npm run build` first.')
  }
  await loaded.bundle.main(process.argv.slice(2))
  loaded.keep()
  if (process.exitCode === 130 || process.exitCode === 143) setTimeout(endProcess, LINGER_MS).unref()
}

/** Whoever kills the process that they have started means the run: nothing new is to start. */
function endWithParent() {
  delete process.env[STARTED_BY_US]
  process.channel?.unref()
  process.once('disconnect', () => process.kill(process.pid, 'SIGHUP'))
}

/** The version of the machine's Node is too old; the checkout carries one of its own. */
async function startWithOwnNode() {
  const [{ existsSync, realpathSync }, { spawn }, { fileURLToPath }] = await Promise.all([
    import('node:fs'),
    import('node:child_process'),
    import('node:url'),
  ])
  const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
  if (!existsSync(node) || realpathSync(node) === realpathSync(process.execPath))
    return fail(`This needs Node ${OLDEST.join('.')} or newer; this one is ${process.versions.node}.`)

  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel ends when we do, whatever has ended us.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [STARTED_BY_US]: '1' },
  })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  // The terminal sends Ctrl-C to both of us; the child takes two that come together for one.
  const forward = (signal) => child.kill(signal)
  for (const signal of signals) process.on(signal, forward)
  child.on('error', (error) => fail(`Cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    for (const name of signals) process.removeListener(name, forward)
    if (signal === null) process.exitCode = code
    else process.kill(process.pid, signal)
  })
}

function endProcess() {
  // oxlint-disable-next-line no-restricted-properties -- the one place that may end the process
  process.exit()
}

function isSupported(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

function fail(sentence) {
  process.stderr.write(`rollback: ${sentence}\n`)
  process.exitCode = 1
}
