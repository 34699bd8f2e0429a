import type { Stoppable } from '../helpers/stoppable.ts'
import type { Cli } from '../e2e/helpers/cli.ts'

/** A place with a runbook where a run can be killed, and with platforms that say by themselves what was done to them. */
export interface World extends Stoppable {
  readonly cli: Cli
  /** Of the machine that goes on after a crash, where it is another one. */
  readonly elsewhere?: Readonly<Record<string, string>> | undefined
  /** After `rollback run`. */
  readonly target: string
  /** What only a person knows, known beforehand: `--answer id=value`. */
  readonly answers: readonly string[]
  /** The calls of which a person has to say whether they happened, by step, as the log names them. */
  readonly doubtful: Readonly<Record<string, string>>
  /** The step among them that nothing can look at, and that may do harm when it is repeated. */
  readonly asked?: string | undefined
  /** From now on a run is stopped with SIGTERM in the middle, or not any more; `startOver` ends it, too. */
  interrupt?(yes: boolean): Promise<void>
  /** The incident again: no runs on record, and empty logs. */
  startOver(): Promise<void>
  /** What a user would see of it. */
  state(): Promise<unknown>
  /** What was done since, by the platform's own log. */
  log(): Promise<PlatformLog>
}

export interface PlatformLog {
  /** Observable effects, by what they changed; one for each time that it was really done. */
  readonly changes: readonly string[]
  /** What cannot be observed, one for each time that it arrived. */
  readonly calls: readonly string[]
}

export interface Scenario {
  readonly name: string
  /** Programs that it cannot do without. */
  readonly needs: readonly string[]
  readonly uses: readonly string[]
  /** Where a run is cut off that is then gone on with, or taken back, by a process that is killed too: something is under way, or stands. */
  readonly cuts: readonly string[]
  start(): Promise<World>
}
