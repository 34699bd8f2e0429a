import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

// A process id is used again; together with the moment of its start it names one process.

/** When a process started, as the system tells it; undefined when there is none (any more), or only its remains. */
export function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
}

/** Whether this very process still runs. */
export function isRunning({ pid, started }: { pid: number; started: string }): boolean {
  const now = startOf(pid)
  // Where the moment of its start could not be read, any process with that id may be it.
  return started === '' ? now !== undefined : now === started
}

/** Whether a process of the group that this one leads, or led, still runs. Nobody else gets its id for so long. */
export function groupRuns(pid: number): boolean {
  if (process.platform !== 'linux') return isThere(-pid)
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && statOf(name)?.group === String(pid))
}

function startOnLinux(pid: number): string | undefined {
  return statOf(pid)?.started
}

/** Of a process that runs. */
function statOf(pid: number | string): { group: string; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in parentheses, and may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const { 0: state, 2: group = '', 19: started = '' } = fields
    // A zombie has ended; only its parent has not asked yet.
    return state === 'Z' || state === 'X' ? undefined : { group, started }
  } catch {
    // Gone.
    return undefined
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // There, and not ours.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    })
    const [, state = '', started] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(line) ?? []
    return state.startsWith('Z') ? undefined : started
  } catch {
    // `ps` fails when there is no such process.
    return undefined
  }
}
