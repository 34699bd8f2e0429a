import { type FaultProxy, startFaultProxy } from '../../helpers/fault-proxy.ts'
import type { Stage } from './stage.ts'

/** The deploy hook behind a proxy that takes the call and never answers. */
export async function hangingHook({
  service,
}: Stage): Promise<AsyncDisposable & { proxy: FaultProxy; env: Record<string, string> }> {
  const proxy = await startFaultProxy(service.url)
  proxy.fail({ when: () => true, how: 'hang' })
  const env = { PROD_DEPLOY_HOOK: service.hookUrl.replace(service.url, proxy.url) }
  return { proxy, env, [Symbol.asyncDispose]: proxy.stop }
}
