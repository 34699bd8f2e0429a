import * as z from 'zod/mini'

import { described, text, url } from '../options.ts'

export const hookOptions = z.strictObject({
  url: described(url(), 'the whole URL is a secret: ${secrets.…}'),
  method: described(z.optional(z.enum(['POST', 'GET'])), 'default POST'),
  image: described(
    z.optional(text()),
    "deploy this image (imgURL): only tag or digest may differ from the service's own",
  ),
})

export type HookOptions = z.output<typeof hookOptions>
