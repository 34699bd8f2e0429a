import type { HttpRequest, HttpResponse, WriteDoor } from '../../../src/core/doors.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { NetworkError } from '../../../src/io/network-error.ts'

/** The real doors, with a record of what went through them. */
export interface TestDoor extends WriteDoor {
  readonly writes: string[]
  readonly reads: string[]
  /** Called before each change is sent. */
  beforeWrite: (() => Promise<void>) | undefined
  /** Drops the answers of changes that were made. */
  lose: boolean
}

/** `variables` stand in for the process's own. */
export function testDoor(variables: Record<string, string> = {}): TestDoor {
  const { read, write } = openDoors()
  const door: TestDoor = {
    ...write,
    writes: [],
    reads: [],
    beforeWrite: undefined,
    lose: false,
    env: (name) => variables[name],
    http(asked) {
      door.reads.push(nameOf(asked))
      return read.http(asked)
    },
    async send(asked): Promise<HttpResponse> {
      door.writes.push(nameOf(asked))
      await door.beforeWrite?.()
      const response = await write.send(asked)
      if (door.lose) throw new NetworkError({ code: 'network-lost', message: 'lost', sent: true })
      return response
    },
  }
  return door
}

function nameOf({ method, url }: HttpRequest): string {
  return `${method} ${new URL(url).pathname}`
}
