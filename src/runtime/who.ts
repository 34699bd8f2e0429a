import { hostname, userInfo } from 'node:os'

import type { Who } from '../core/run/events.ts'

/** Variables in which CI systems name the person behind a job. */
const CI_ACTORS = [
  ['github', 'GITHUB_ACTOR'],
  ['gitlab', 'GITLAB_USER_LOGIN'],
  ['circleci', 'CIRCLE_USERNAME'],
  ['buildkite', 'BUILDKITE_BUILD_CREATOR'],
  ['jenkins', 'BUILD_USER_ID'],
] as const

/** Who acts: the CI's own identity where there is one, else the user. */
export function whoAmI(env: NodeJS.ProcessEnv): Who {
  const ci = Boolean(env['CI']) && env['CI'] !== 'false'
  const actor = CI_ACTORS.find(([, variable]) => Boolean(env[variable]))
  if (ci && actor !== undefined) return { name: `${actor[0]}:${env[actor[1]]}`, host: hostname(), ci }
  return { name: userName(env), host: hostname(), ci }
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a user id without a name.
    return env['USER'] ?? env['LOGNAME'] ?? `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
