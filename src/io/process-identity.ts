import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

// A process id is used again; together with the moment of its start it names one process.

/** When a process started, as the system tells it; undefined when there is none (any more), or only its remains. */
export function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
}

/** Whether this very process still runs. */
export function isRunning({ pid, started }: { pid: number; started: string }): boolean {
  return startOf(pid) === started
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in parentheses, and may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    // A zombie has ended; only its parent has not asked yet.
    return state === 'Z' || state === 'X' ? undefined : fields[19]
  } catch {
    // Gone.
    return undefined
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
