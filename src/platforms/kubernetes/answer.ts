import type { ZodType } from 'zod'

import type { HttpResponse } from '../../core/doors.ts'
import { parseJson } from '../../core/parse-json.ts'
import { printable } from '../../core/printable.ts'
import { sentenceOf } from '../../core/problem.ts'
import { statusObject } from './objects.ts'

/** What the API server said, in the words of `Seen`. */
export type Answer<Value> =
  | { status: 'present'; value: Value }
  | { status: 'absent'; why: string }
  | { status: 'denied' | 'unknown'; why: string; cure?: string | undefined }

export async function answerOf<Value>(
  asked: Promise<HttpResponse>,
  schema: ZodType<Value>,
  /** What lets a person see whether they may: `kubectl auth can-i …`. */
  cure: string,
): Promise<Answer<Value>> {
  try {
    return readAnswer(await asked, schema, cure)
  } catch (error) {
    return unknownFrom(error)
  }
}

/** A cluster that cannot be reached, a kubeconfig that cannot be used. */
export function unknownFrom(error: unknown): { status: 'unknown'; why: string; cure?: string | undefined } {
  const cure =
    error instanceof Error && 'cure' in error && typeof error.cure === 'string' ? error.cure : undefined
  return { status: 'unknown', why: sentenceOf(error), cure }
}

function readAnswer<Value>(response: HttpResponse, schema: ZodType<Value>, cure: string): Answer<Value> {
  const { status } = response
  const why = messageOf(response)
  if (status === 404 && reasonOf(response) === 'NotFound') return { status: 'absent', why }
  if (status === 401)
    return {
      status: 'denied',
      why: `the cluster does not accept our credentials: ${why}`,
      cure: 'log in again',
    }
  if (status === 403) return { status: 'denied', why, cure: `ask for the permission; check it with: ${cure}` }
  if (status >= 300) return { status: 'unknown', why: `the cluster answered ${status}: ${why}` }
  const json = jsonOf(response)
  if (json === undefined) return notTheCluster(response)
  const read = schema.safeParse(json)
  if (read.success) return { status: 'present', value: read.data }
  const [issue] = read.error.issues
  return {
    status: 'unknown',
    why: `the cluster's answer is not understood: ${issue?.path.join('.') || 'the document'}: ${issue?.message}`,
  }
}

/** The server's own sentence; of something else, its first words. */
export function messageOf(response: HttpResponse): string {
  const status = statusObject.safeParse(jsonOf(response))
  const words = status.success ? printable(status.data.message, 1000) : firstWords(response)
  return words === '' ? `HTTP ${response.status}` : words
}

/** undefined when it is not JSON: then it is not the API server that speaks. */
export function jsonOf({ body }: HttpResponse): unknown {
  return parseJson(new TextDecoder().decode(body))
}

/** Only the API server gives one: the 404 of a proxy says nothing about the cluster. */
function reasonOf(response: HttpResponse): string {
  const status = statusObject.safeParse(jsonOf(response))
  return status.success ? status.data.reason : ''
}

function notTheCluster(response: HttpResponse): { status: 'unknown'; why: string; cure: string } {
  return {
    status: 'unknown',
    why: `the answer is not that of a cluster: ${firstWords(response) || 'it is empty'}`,
    cure: "check the kubeconfig's server, and whether a proxy or a login page stands before it",
  }
}

function firstWords({ body }: HttpResponse): string {
  return printable(new TextDecoder().decode(body.subarray(0, 4096)), 300)
}
