import { resolve } from 'node:path'

import type { ReadDoor } from '../core/doors.ts'
import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'

// How git is started where it talks to a remote: it never asks anybody, never runs a program that an address names, and
// no credential stands in its arguments, where every user of the machine could read it.

/** Longest wait for a remote, in milliseconds: at night an honest "unreachable" is better than none. */
const REMOTE_LIMIT = 15_000

/** What the remote is called in every call: its address is in the environment. */
export const REMOTE = 'rollback-remote'

/** What git may take of our environment besides, to be let in. */
const INHERIT = ['GIT_SSH', 'GIT_ASKPASS', 'SSH_ASKPASS', 'GIT_CONFIG_']

export interface RemoteAddress {
  /** A url, a path, or the name of a remote of `repository`. */
  remote: string
  /** The clone whose remote is meant, or where a path starts. */
  repository: string
  /** Remotes may be written to under another address. */
  to: 'fetch' | 'push'
}

export interface GitRemote {
  /** For people: without credentials. */
  place: string
  /** For every call that goes there under the name `REMOTE`. */
  call: { env: Record<string, string>; inherit: readonly string[]; timeout: number }
}

/** undefined when the clone has no remote of this name. */
export async function gitRemote(address: RemoteAddress, read: ReadDoor): Promise<GitRemote | undefined> {
  const url = await urlOf(address, read)
  if (url === undefined) return undefined
  requireHarmless(url)
  const { plain, login } = withoutLogin(url)
  const { ofClone, hasSsh } = await settingsOf(address.repository, read)
  const settings = [
    // What lets git in may be set for the clone alone, as CI systems do.
    ...(isName(address.remote) ? ofClone : []),
    ...login,
    [`remote.${REMOTE}.url`, plain] as const,
  ]
  const asksNobody =
    hasSsh || read.env('GIT_SSH_COMMAND') !== undefined || read.env('GIT_SSH') !== undefined
      ? {}
      : { GIT_SSH_COMMAND: 'ssh -oBatchMode=yes' }
  return {
    place: shownUrl(plain),
    call: {
      env: { ...QUIET, ...asksNobody, ...inEnvironment(settings, read) },
      inherit: INHERIT,
      timeout: REMOTE_LIMIT,
    },
  }
}

/** Addresses in what git says, without the credentials that some of them hold. */
export function shownUrl(text: string): string {
  return text.replaceAll(/(https?:\/\/)[^/\s]*@/gi, '$1').replaceAll(/(:\/\/[^/:@\s]*):[^/\s]*@/g, '$1@')
}

const QUIET = {
  GIT_TERMINAL_PROMPT: '0',
  // Before every setting: `ext::` would run what an address says.
  GIT_ALLOW_PROTOCOL: 'file:http:https:ssh',
  // Its words are read.
  LC_ALL: 'C',
}

/** `origin`, and neither a path nor an address. */
function isName(remote: string): boolean {
  return /^\w[\w.-]*$/.test(remote) && remote !== '.' && remote !== '..'
}

async function urlOf({ remote, repository, to }: RemoteAddress, read: ReadDoor): Promise<string | undefined> {
  if (!isName(remote)) return absolute(remote, repository)
  const push = to === 'push' ? ['--push'] : []
  const result = await read.look({
    argv: ['git', '-C', repository, 'remote', 'get-url', ...push, '--', remote],
  })
  return result.exitCode === 0 ? absolute(result.stdout.trim(), repository) : undefined
}

/** A remote may be a path beside the clone. */
function absolute(url: string, repository: string): string {
  return url.startsWith('.') ? resolve(repository, url) : url
}

function requireHarmless(url: string): void {
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  if (url !== '' && !url.startsWith('-') && !url.includes('::') && !/[\u0000-\u001f\u007f]/.test(url)) return
  throw new Problem({
    code: 'remote-invalid',
    message: 'The address of the git remote is none that is used',
    found: JSON.stringify(shownUrl(url)),
    cure: 'name a url with https or ssh, a path, or a remote of the clone such as origin',
    exit: EXIT.usage,
  })
}

type Setting = readonly [key: string, value: string]

/** git would pass a password on in the arguments of its helpers. A user alone is left to the credential helpers. */
function withoutLogin(url: string): { plain: string; login: Setting[] } {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return { plain: url, login: [] }
  const parsed = new URL(url)
  const { username, password } = parsed
  if (password === '' && username.length < SHORTEST_TOKEN) return { plain: url, login: [] }
  parsed.username = ''
  parsed.password = ''
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const header = `Authorization: Basic ${Buffer.from(pair).toString('base64')}`
  return { plain: parsed.href, login: [[`http.${parsed.origin}/.extraHeader`, header]] }
}

/** Tokens are also given as a user without a password; no user is called like one. */
const SHORTEST_TOKEN = 20

/** What the clone itself says about logging in, and whether anything says which ssh to take. */
async function settingsOf(
  repository: string,
  read: ReadDoor,
): Promise<{ ofClone: Setting[]; hasSsh: boolean }> {
  const pattern = String.raw`^(http|credential)\.|^core\.sshcommand$`
  const { stdout } = await read.look({
    argv: ['git', '-C', repository, 'config', '--show-scope', '-z', '--get-regexp', pattern],
  })
  const parts = stdout.split('\0')
  const ofClone: Setting[] = []
  let hasSsh = false
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [scope, entry = ''] = [parts[at], parts[at + 1]]
    const end = entry.indexOf('\n')
    const [key, value] = end === -1 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)]
    if (key === 'core.sshcommand') hasSsh = true
    if (scope === 'local' || scope === 'worktree') ofClone.push([key, value])
  }
  return { ofClone, hasSsh }
}

/** Settings of one call, behind those that our own environment holds. */
function inEnvironment(settings: readonly Setting[], read: ReadDoor): Record<string, string> {
  const given = read.env('GIT_CONFIG_COUNT') ?? '0'
  const first = /^\d+$/.test(given) ? Number(given) : 0
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(first + settings.length)],
    ...settings.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${first + index}`, key],
      [`GIT_CONFIG_VALUE_${first + index}`, value],
    ]),
  ])
}
