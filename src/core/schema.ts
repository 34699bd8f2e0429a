import type { ZodMiniType } from 'zod/mini'

/** What is asked of a schema: zod's, in its usual or in its light form. */
export type Schema<T> = Pick<ZodMiniType<T>, '_zod' | '~standard' | 'parse' | 'safeParse'>
