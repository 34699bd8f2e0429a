import { z } from 'zod'

import type { CommandRequest, CommandResult } from '../../core/doors.ts'
import { parseJson } from '../../core/parse-json.ts'
import { printable } from '../../core/printable.ts'
import { Problem } from '../../core/problem.ts'
import { endingOf, type Place, programOf } from './options.ts'

// What a script answers to `command.set`: one JSON document on stdout for each request on stdin.
// docs/command-set.md is written for the authors of such scripts; keep the two together.

const PROTOCOL = 1

const text = () => z.string().min(1).max(1000)

const seen = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('present'),
    state: z.json().refine((state) => state !== null, 'is null'),
    label: text(),
    progress: z.object({ state: z.enum(['moving', 'failed']), words: text() }).optional(),
  }),
  z.object({ status: z.literal('absent') }),
  z.object({ status: z.enum(['denied', 'unknown']), why: text(), cure: text().optional() }),
])

const check = z.object({
  what: text(),
  how: z.enum(['server', 'computed', 'cannot-be-known']),
  note: text().optional(),
})

const answers = {
  surfaces: z.object({
    surfaces: z
      .array(
        z
          .object({
            id: text(),
            kind: z.enum(['version', 'setting']).optional(),
            type: text().optional(),
            busy: text().optional(),
            ownedBy: text().optional(),
          })
          .and(seen),
      )
      .min(1),
  }),
  versions: z.object({
    versions: z.array(
      z.object({
        given: text(),
        sha: text().optional(),
        tag: text().optional(),
        when: text().optional(),
        names: z.array(text()).optional(),
        why: text().optional(),
        live: z.boolean().optional(),
      }),
    ),
  }),
  resolve: z.discriminatedUnion('result', [
    z.object({
      result: z.literal('change'),
      /** null: absent. */
      to: z.json(),
      label: text(),
      reversible: z.union([z.literal(true), z.object({ no: text() })]).optional(),
      checks: z.array(check).optional(),
      details: z.array(text()).optional(),
    }),
    z.object({ result: z.literal('already'), checks: z.array(check).optional() }),
    z.object({ result: z.enum(['missing', 'denied', 'unknown']), why: text(), cure: text().optional() }),
  ]),
  apply: z.discriminatedUnion('applied', [
    z.object({ applied: z.literal('yes'), receipt: z.json().optional() }),
    z.object({
      applied: z.enum(['no', 'unknown']),
      why: text(),
      cure: text().optional(),
      stale: z.boolean().optional(),
      retryable: z.boolean().optional(),
    }),
  ]),
  observe: seen,
} as const

type Answers = { [Op in keyof typeof answers]: z.output<(typeof answers)[Op]> }

const schemas: { [Op in keyof Answers]: z.ZodType<Answers[Op]> } = answers

/** A script that failed, or whose answer does not fit; `result` tells whether it ever ran. */
export class ScriptProblem extends Problem {
  readonly result: CommandResult

  constructor(details: ConstructorParameters<typeof Problem>[0], result: CommandResult) {
    super(details)
    this.name = 'ScriptProblem'
    this.result = result
  }
}

/** Runs the script once. Throws `ScriptProblem`. */
export async function askScript<Op extends keyof Answers>(
  run: (command: CommandRequest) => Promise<CommandResult>,
  place: Place,
  op: Op,
  request: Record<string, unknown>,
): Promise<Answers[Op]> {
  const { argv, env, cwd, timeout } = place
  const stdin = `${JSON.stringify({ protocol: PROTOCOL, op, ...request })}\n`
  const result = await run({ argv, env, cwd, timeout, stdin, limit: 1024 * 1024 })
  const program = programOf(place)
  if (result.exitCode !== 0) {
    const { how, said } = endingOf({ ...result, stdout: '' })
    throw new ScriptProblem(
      {
        code: 'command-set-failed',
        message: `${program} could not answer "${op}": ${how}`,
        found: said,
        cure:
          result.ended === 'not found'
            ? 'Check the path of the script; it is looked for from where the program was started, unless cwd is given'
            : 'Run it by hand with the same request on its standard input',
      },
      result,
    )
  }
  const document = parseJson(result.stdout)
  const parsed = schemas[op].safeParse(document)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ScriptProblem(
    {
      code: 'command-set-answer',
      message: `${program} gave an answer to "${op}" that does not fit the protocol`,
      found:
        document === undefined
          ? `no JSON: ${printable(result.stdout, 100) || 'no output'}`
          : issue && `${issue.path.join('.') || 'the answer'}: ${issue.message}`,
      cure: 'See docs/command-set.md: one JSON document on standard output; messages for people go to standard error',
    },
    result,
  )
}
