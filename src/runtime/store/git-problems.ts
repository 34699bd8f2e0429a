import type { CommandResult } from '../../core/doors.ts'
import { EXIT } from '../../core/exit.ts'
import { printable } from '../../core/printable.ts'
import { Problem } from '../../core/problem.ts'
import { shownUrl } from '../git-remote.ts'

// What git's failures mean for the store.

const LONGEST = 400

/** The remote understood, and says no: trying again changes nothing. */
const DENIED =
  /\b40[13]\b|permission|denied|forbidden|not authori[sz]ed|unauthori[sz]ed|authentication|read[ -]only|could not read (?:username|password)|hook declined|protected|prohibited|not allowed|hidden ref/i

/** Two pushes at once: the other one is just being written. */
const BUSY =
  /cannot lock ref|failed to update ref|already exists|incorrect old value|unable to create .*\.lock/i

export function isDenied(result: CommandResult): boolean {
  const words = `${result.stderr}\n${result.stdout}`
  if (result.stdout.includes('[remote rejected]')) return !BUSY.test(result.stdout)
  return result.ended === undefined && DENIED.test(words)
}

export function unreachable(place: string, result: CommandResult, written?: 'not-known'): Problem {
  const effect = written === undefined ? '' : ', and it is not known whether the last write arrived there'
  return new Problem({
    code: 'store-unreachable',
    message: `the shared store ${place} cannot be reached${effect}`,
    found: saidBy(result),
    cure: 'mend the way to the git remote (git ls-remote shows whether it answers), then run the same command again',
    exit: EXIT.refused,
  })
}

export function denied(place: string, ref: string, doing: 'read' | 'write', result: CommandResult): Problem {
  return new Problem({
    code: 'store-denied',
    message: `the shared store ${place} does not let us ${doing} ${ref}`,
    found: saidBy(result),
    cure: `allow ${doing === 'read' ? 'reading it' : 'pushes to refs/rollback/*'} for this user or this CI job (access, rules of the host, hooks of the remote), or name another remote`,
    exit: EXIT.refused,
  })
}

export function foreign(place: string, ref: string, found: string): Problem {
  return new Problem({
    code: 'store-foreign',
    message: `${ref} of ${place} holds something else than a store that this version of rollback knows`,
    found,
    cure: 'use the version of rollback that wrote it, or name another remote; nothing there is overwritten',
    exit: EXIT.refused,
  })
}

export function noRefName(what: string, name: string): Problem {
  return new Problem({
    code: 'store-name',
    message: `the ${what} ${JSON.stringify(name)} cannot be part of the name of a git ref`,
    cure: 'use letters, digits, - and _, and a dot only between them',
    exit: EXIT.usage,
  })
}

/** Its own words, and those of the hooks of the remote, without where and the usual advice. */
function saidBy(result: CommandResult): string {
  const why = result.stdout.match(/^!.*\t(\[.*)$/m)?.[1]
  const lines = result.stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:To |hint:|error: failed to push some refs)/.test(line))
  const words = [...(result.ended === undefined ? [] : [result.ended]), ...lines, ...(why ? [why] : [])]
  return printable(shownUrl(words.join('; ')), LONGEST)
}
