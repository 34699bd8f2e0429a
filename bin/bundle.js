// Loads the bundle, with the compiled code that earlier runs have left.
//
// Most of the time of a short command goes into compiling functions as they are first called. Node's own compile cache
// keeps what was compiled when a file was loaded, which is next to none of them. This one is written when a command has
// ended, and holds what was called; a command that needs a chunk for the first time adds what it has called.
// V8 refuses what another version of it has compiled, or one with other flags. Without a cache all works, only slower.

const fs = process.getBuiltinModule('node:fs')
const path = process.getBuiltinModule('node:path')
const vm = process.getBuiltinModule('node:vm')

// An `import()` that the bundler left as it is (a library's own, of a builtin) is Node's to answer.
const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER

/** `keep` is to be called when the command has ended. */
export function loadBundle(entry) {
  const folder = cacheFolder()
  const mayRead = folder !== undefined && isOurs(folder)
  const modules = new Map()
  const chunks = []

  function load(file) {
    const known = modules.get(file)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    modules.set(file, module)
    const run = compile(file).runInThisContext()
    run(module.exports, (id) => requireFrom(file, id), module)
    return module.exports
  }

  function requireFrom(file, id) {
    if (id.startsWith('.')) return load(path.join(path.dirname(file), id))
    const builtin = process.getBuiltinModule(id)
    if (builtin !== undefined) return builtin
    throw Object.assign(new Error(`Cannot find module '${id}'`), { code: 'MODULE_NOT_FOUND' })
  }

  function compile(file) {
    const source = `(function (exports, require, module) {${fs.readFileSync(file, 'utf8')}\n})`
    // V8 does not look whether the text is the same. The name of a chunk holds a hash of it; that of the entry does not.
    if (folder === undefined || file === entry)
      return new vm.Script(source, { filename: file, importModuleDynamically })
    const kept = path.join(folder, path.basename(file))
    const cachedData = mayRead ? read(kept) : undefined
    const script = new vm.Script(source, { filename: file, cachedData, importModuleDynamically })
    const isNew = cachedData === undefined || script.cachedDataRejected
    chunks.push({ kept, script, isNew, size: cachedData?.length })
    return script
  }

  function keep() {
    if (!chunks.some(({ isNew }) => isNew) || !makeOurs(folder)) return
    try {
      for (const { kept, script, isNew, size } of chunks) {
        const data = script.createCachedData()
        if (isNew || data.length !== size) write(kept, data)
      }
    } catch {
      // The command is done; that the next one is slower is no reason to fail now.
    }
  }

  return { bundle: load(entry), keep }
}

function cacheFolder() {
  const { HOME, XDG_CACHE_HOME, NODE_DISABLE_COMPILE_CACHE } = process.env
  const base = XDG_CACHE_HOME || (HOME && path.join(HOME, '.cache'))
  if (!base || !path.isAbsolute(base) || NODE_DISABLE_COMPILE_CACHE) return undefined
  return path.join(base, 'rollback', `compiled-${process.versions.v8}-${process.arch}`)
}

/** What lies there is run: nobody else may be able to write it. Where users have no number, nobody can tell. */
function isOurs(folder) {
  try {
    const { uid, mode } = fs.lstatSync(folder)
    return uid === process.geteuid?.() && (mode & 0o077) === 0
  } catch {
    return false
  }
}

function makeOurs(folder) {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch {
    // Then it is not there, or not a folder.
  }
  return isOurs(folder)
}

function read(file) {
  try {
    return fs.readFileSync(file)
  } catch {
    return undefined
  }
}

/** Whole or not at all, also when the power fails: V8 trusts what it reads. */
function write(file, data) {
  const temporary = `${file}.${process.pid}`
  try {
    fs.writeFileSync(temporary, data, { mode: 0o600, flush: true })
    fs.renameSync(temporary, file)
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}
