import type { CommandResult, HttpResponse } from '../../src/core/doors.ts'
import { NetworkError } from '../../src/io/network-error.ts'
import { mutateJson, mutateText } from './mutate.ts'
import type { Random } from './random.ts'

// Right answers of services and commands, and what can be wrong with them.

export function spoiltAnswer(answer: HttpResponse, random: Random): HttpResponse {
  const text = Buffer.from(answer.body).toString()
  switch (random.below(7)) {
    case 0:
      throw new NetworkError({
        code: 'network-lost',
        message: 'the connection was lost',
        sent: random.oneIn(2),
      })
    case 1:
      return {
        ...answer,
        status: random.pick([100, 204, 301, 307, 400, 401, 403, 404, 409, 422, 429, 500, 503]),
      }
    case 2:
      return { ...answer, body: Buffer.from(mutateText(text, random)) }
    case 3:
      return { ...answer, headers: spoiltHeaders(answer.headers, random) }
    case 4:
      return { ...answer, body: Buffer.from('<html><body>\u001b[31mLogin</body></html>') }
    default:
      return { ...answer, body: Buffer.from(JSON.stringify(mutateJson(parsed(text), random)) ?? '') }
  }
}

function spoiltHeaders(headers: Record<string, string>, random: Random): Record<string, string> {
  const names = [
    ...Object.keys(headers),
    'docker-content-digest',
    'retry-after',
    'www-authenticate',
    'location',
  ]
  const name = random.pick(names)
  return { ...headers, [name]: mutateText(headers[name] ?? 'Bearer realm="https://r.example/token"', random) }
}

export function spoiltResult(result: CommandResult, random: Random): CommandResult {
  switch (random.below(4)) {
    case 0:
      return {
        ...result,
        exitCode: random.pick([1, 2, 126, 127, 255]),
        stderr: mutateText(result.stdout, random),
      }
    case 1:
      return { ...result, exitCode: undefined, ended: 'killed by SIGKILL' }
    case 2:
      return { ...result, stdout: mutateText(result.stdout, random) }
    default:
      return { ...result, stdout: JSON.stringify(mutateJson(parsed(result.stdout), random)) ?? '' }
  }
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Some answers are words.
    return text
  }
}

export function answered(value: unknown, headers: Record<string, string> = {}, status = 200): HttpResponse {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return { status, headers: { 'content-type': 'application/json', ...headers }, body, took: 3 }
}
