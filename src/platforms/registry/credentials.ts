import { z } from 'zod'

import type { ReadDoor } from '../../core/doors.ts'
import { Problem } from '../../core/problem.ts'
import { printable } from '../../core/printable.ts'
import { jsonOf } from './json.ts'
import type { Repository } from './reference.ts'

export type Credentials =
  | { kind: 'password'; username: string; password: string }
  /** What `docker login` stores where the registry gave it a token in place of the password. */
  | { kind: 'identity'; token: string }

const HUB_HOST = 'registry-1.docker.io'
const HUB_KEY = 'https://index.docker.io/v1/'
/** What a helper answers as user name when the secret is an identity token. */
const TOKEN_USER = '<token>'

/** Clouds' helpers find their own credentials in these; children get no others of our environment. */
const HELPER_ENV = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'CLOUDSDK_CONFIG',
  'CLOUDSDK_ACTIVE_CONFIG_NAME',
  'AZURE_CLIENT_ID',
  'AZURE_CLIENT_SECRET',
  'AZURE_TENANT_ID',
  'AZURE_FEDERATED_TOKEN_FILE',
]

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
})

const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
})

type Config = z.output<typeof configSchema>

/** Where docker and podman keep what `login` gave them; undefined: nobody is logged in there. */
export async function findCredentials(
  repository: Repository,
  read: ReadDoor,
): Promise<Credentials | undefined> {
  for (const { path, paths } of places(read)) {
    const config = await readConfig(path, read)
    if (config === undefined) continue
    const found = await credentialsIn(config, repository, paths, read)
    if (found !== undefined) return found
  }
  return undefined
}

/** `paths`: podman's files may say a part of the repository's path as well. */
function places(read: ReadDoor): { path: string; paths: boolean }[] {
  const home = read.env('HOME') ?? read.env('USERPROFILE') ?? ''
  const explicit = read.env('REGISTRY_AUTH_FILE')
  const runtime = read.env('XDG_RUNTIME_DIR')
  return [
    ...(explicit ? [{ path: explicit, paths: true }] : []),
    { path: `${read.env('DOCKER_CONFIG') || `${home}/.docker`}/config.json`, paths: false },
    ...(runtime ? [{ path: `${runtime}/containers/auth.json`, paths: true }] : []),
    { path: `${read.env('XDG_CONFIG_HOME') || `${home}/.config`}/containers/auth.json`, paths: true },
  ]
}

async function readConfig(path: string, read: ReadDoor): Promise<Config | undefined> {
  const text = await read.file(path)
  if (text === undefined || text.trim() === '') return undefined
  const parsed = configSchema.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  throw new Problem({
    code: 'registry-credentials-unreadable',
    message: `${path} is not what docker or podman would write`,
    cure: 'Repair it, or remove it and log in again',
  })
}

async function credentialsIn(
  config: Config,
  repository: Repository,
  paths: boolean,
  read: ReadDoor,
): Promise<Credentials | undefined> {
  const keys = keysOf(repository, paths)
  const helper = keys.map((key) => config.credHelpers?.[key]).find((name) => name !== undefined)
  const key = repository.host === HUB_HOST ? HUB_KEY : repository.host
  for (const name of [helper, config.credsStore]) {
    if (name === undefined || name === '') continue
    const found = await askHelper(name, key, read)
    if (found !== undefined) return found
  }
  return fromAuths(config.auths ?? {}, keys)
}

/** From the most to the least specific. */
function keysOf({ host, name, display }: Repository, paths: boolean): string[] {
  const hosts = host === HUB_HOST ? [HUB_KEY, 'docker.io', 'index.docker.io', host] : [host]
  if (!paths) return hosts
  const parts = name.split('/')
  const base = display.slice(0, display.length - name.length)
  return [...parts.map((_, index) => `${base}${parts.slice(0, parts.length - index).join('/')}`), ...hosts]
}

function fromAuths(auths: NonNullable<Config['auths']>, keys: string[]): Credentials | undefined {
  // Older dockers wrote `https://ghcr.io` or `https://ghcr.io/v2/`.
  const byHost = Object.fromEntries(
    Object.entries(auths).map(([key, entry]) => [
      key.replace(/^https?:\/\//, '').replace(/\/v[12]\/?$|\/$/, ''),
      entry,
    ]),
  )
  for (const key of keys) {
    const entry = auths[key] ?? byHost[key]
    const found = entry === undefined ? undefined : fromEntry(entry)
    if (found !== undefined) return found
  }
  return undefined
}

function fromEntry(entry: z.output<typeof entrySchema>): Credentials | undefined {
  if (entry.identitytoken) return { kind: 'identity', token: entry.identitytoken }
  if (entry.username && entry.password)
    return { kind: 'password', username: entry.username, password: entry.password }
  if (!entry.auth) return undefined
  const pair = Buffer.from(entry.auth, 'base64').toString()
  const colon = pair.indexOf(':')
  if (colon < 1) return undefined
  return {
    kind: 'password',
    username: pair.slice(0, colon),
    password: pair.slice(colon + 1).replace(/\0+$/, ''),
  }
}

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() })

async function askHelper(name: string, key: string, read: ReadDoor): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`
  const env = Object.fromEntries(
    HELPER_ENV.flatMap((variable) => {
      const value = read.env(variable)
      return value === undefined ? [] : [[variable, value]]
    }),
  )
  const done = await read.look({ argv: [program, 'get'], stdin: key, env, timeout: 30_000 })
  // Helpers say on stdout, with exit code 1, that nobody is logged in.
  if (done.exitCode === 1 && /credentials not found/i.test(done.stdout)) return undefined
  const answer = done.exitCode === 0 ? helperAnswer.safeParse(jsonOf(done.stdout)) : undefined
  if (answer?.success !== true) throw helperFailed(program, key, done)
  const { Username, Secret } = answer.data
  if (Secret === '') return undefined
  return Username === TOKEN_USER
    ? { kind: 'identity', token: Secret }
    : { kind: 'password', username: Username, password: Secret }
}

function helperFailed(
  program: string,
  key: string,
  done: { exitCode: number | undefined; ended?: string | undefined; stdout: string; stderr: string },
): Problem {
  // What it says with exit code 0 may be the secret.
  const words = done.exitCode === 0 ? 'its answer makes no sense' : printable(done.stderr || done.stdout)
  return new Problem({
    code: 'registry-credential-helper',
    message: `${program} could not say how to log in to ${key}`,
    found: done.ended ?? (words || `exit code ${done.exitCode}`),
    cure:
      done.ended === 'not found'
        ? `Install ${program}, or take it out of docker's config.json`
        : 'Log in again, or give the step credentials: { username, password }',
  })
}
