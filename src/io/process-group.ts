// A program is started in a group of its own, and is ended with all that it has started itself.

/** Between asking a process group to end and ending it, in milliseconds. */
export const GRACE = 2000
/** The same where the run was interrupted: the whole of it has to be gone soon. */
export const HURRY = 500
/** A program may leave something behind that keeps our pipe open; its output is waited for no longer than this. */
export const LEFTOVER = 500

/** Process groups that we started and that may still run. */
const live = new Set<number>()
let watchingExit = false

/** Ends every process group that still runs, at once. */
export function killChildren(signal: NodeJS.Signals = 'SIGKILL'): void {
  for (const pid of live) signalGroup(pid, signal)
}

/** Remembers a process group until it is released, and ends it on demand: politely, then not. */
export function guard(pid: number) {
  live.add(pid)
  if (!watchingExit) {
    watchingExit = true
    process.once('exit', () => killChildren())
  }
  const killed = Promise.withResolvers<void>()
  let impatience: NodeJS.Timeout | undefined
  let denied = false
  return {
    /** Whether some of it may not be ended by us. */
    denied: () => denied,
    /** Resolves when the group was killed and has had a moment to be gone. */
    killed: killed.promise,
    now(patience = GRACE): void {
      denied = signalGroup(pid, 'SIGTERM') === 'denied'
      impatience ??= setTimeout(() => {
        denied = signalGroup(pid, 'SIGKILL') === 'denied'
        impatience = setTimeout(killed.resolve, LEFTOVER)
      }, patience)
    },
    release(): void {
      // The leader went on being asked to; what it started in its group has to go too.
      if (impatience !== undefined) signalGroup(pid, 'SIGKILL')
      clearTimeout(impatience)
      live.delete(pid)
    },
  }
}

/** Never throws what a process can be the cause of: it is called by timers, where that would end the whole run. */
export function signalGroup(pid: number, signal: NodeJS.Signals): 'sent' | 'gone' | 'denied' {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
    return 'sent'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // Gone already, which is what was wanted.
    if (code === 'ESRCH') return 'gone'
    // It has changed its user (sudo, a setuid program).
    if (code === 'EPERM') return 'denied'
    throw error
  }
}
