import * as z from 'zod/mini'

/** Who acts, as it stands on a board. */
export const who = z.object({ name: z.string(), host: z.string(), ci: z.boolean() })
