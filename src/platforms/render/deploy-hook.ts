import * as z from 'zod/mini'

import type { CallAction } from '../../core/contract.ts'
import type { Json } from '../../core/json.ts'
import { parseJson } from '../../core/parse-json.ts'
import { hasSecretMarker, shellLine } from '../../core/shell.ts'
import { userinfoOf } from '../../io/userinfo.ts'
import { hostOf, sendOnce } from '../http/outcome.ts'
import { hookOptions, type HookOptions } from './options.ts'

const WHAT = 'the deploy hook'

/** Render deploys whatever the service's image tag (or branch) stands for at that moment. */
export const deployHook: CallAction<HookOptions> = {
  kind: 'call',
  summary: 'Ask Render to deploy a service by its deploy hook',
  options: hookOptions,
  // A second deploy of the same image ends where the first does.
  repeat: () => 'harmless',

  ready({ url: hook }) {
    if (!URL.canParse(hook) || userinfoOf(new URL(hook)) === undefined)
      return Promise.resolve({
        kind: 'missing',
        why: 'what is given as the deploy hook is not a URL',
        cure: 'Copy the whole deploy hook from the settings of the service at Render into the secret',
      })
    return Promise.resolve({
      kind: 'ready',
      checks: [
        {
          what: 'deploy hook',
          how: 'cannot-be-known',
          note: `${hostOf(hook)}: whether the hook is still valid shows only when it is called`,
        },
      ],
    })
  },

  async call(options, _id, write) {
    const { method = 'POST' } = options
    const response = await sendOnce(
      write,
      { method, url: withImage(options) },
      {
        what: WHAT,
        cure: 'Look in the settings of the service at Render whether the hook was regenerated, and update the secret',
      },
    )
    const deploy = deployId(response.body)
    return deploy === undefined ? { status: response.status } : { status: response.status, deploy }
  },

  reversal: () => ({ how: 'again' }),

  manual(options) {
    return [shellLine(['curl', '-fsS', '-X', options.method ?? 'POST', withImage(options)])]
  },
}

function withImage({ url: hook, image }: HookOptions): string {
  if (image === undefined) return hook
  // Behind a marker is a hook as Render makes it, which has a query.
  const separator = hook.includes('?') || hasSecretMarker(hook) ? '&' : '?'
  return `${hook}${separator}imgURL=${encodeURIComponent(image)}`
}

const answer = z.object({ deploy: z.object({ id: z.string().check(z.maxLength(100)) }) })

/** For an image service the answer names the deploy; an empty or other answer is as good. */
function deployId(body: Uint8Array): Json | undefined {
  return answer.safeParse(parseJson(new TextDecoder().decode(body))).data?.deploy.id
}
