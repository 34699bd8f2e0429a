import type { ReadDoor, WriteDoor } from '../../src/core/doors.ts'
import type { Schema } from '../../src/core/schema.ts'
import { secretMarker } from '../../src/core/shell.ts'
import { fill, namespace } from '../../src/core/template.ts'
import { openDoors } from '../../src/io/doors.ts'
import { tempFolder } from '../helpers/folder.ts'
import { type Stoppable, stoppable } from '../helpers/stoppable.ts'
import type { Setting } from './world.ts'

// What a run would give an action: options with their secrets, or with markers for people, and doors.

/** For use: with the secrets. */
export function optionsOf<Options>(schema: Schema<Options>, { options, secrets }: Setting): Options {
  return schema.parse(fill(options, namespace('secrets', secrets), 'last'))
}

/** For the commands that people get to see. */
export function shownOptionsOf<Options>(schema: Schema<Options>, { options, secrets }: Setting): Options {
  const markers = Object.fromEntries(Object.keys(secrets).map((name) => [name, secretMarker(`$${name}`)]))
  return schema.parse(fill(options, namespace('secrets', markers), 'last'))
}

export interface TestDoors extends Stoppable {
  /** Looks only; who tries to write through it gets an error, and is remembered. */
  readonly read: ReadDoor
  readonly write: WriteDoor
  /** What went through the door for writing that could change something, in order. */
  readonly acts: readonly string[]
  /** Attempts to write through the door for looking. */
  readonly forbidden: readonly string[]
}

/** The real doors, in a home directory where nobody is logged in anywhere. */
export async function openTestDoors(): Promise<TestDoors> {
  const home = await tempFolder('home')
  const doors = openDoors()
  const forbidden: string[] = []
  const refuse = (what: string) => (): Promise<never> => {
    forbidden.push(what)
    return Promise.reject(new Error(`${what} through the door for looking`))
  }
  const env = (name: string) => (name === 'HOME' ? home.path : undefined)
  const read = { ...doors.read, env, send: refuse('send'), execute: refuse('execute') }
  const acts: string[] = []
  const write: WriteDoor = {
    ...doors.write,
    env,
    send(request) {
      acts.push(request.method)
      return doors.write.send(request)
    },
    execute(command) {
      acts.push(command.argv[0])
      return doors.write.execute(command)
    },
  }
  return stoppable({ read, write, acts, forbidden }, async () => {
    await doors.close()
    await home.stop()
  })
}
