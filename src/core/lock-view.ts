/** Who may change a service and environment at the moment; part of the status as JSON. */
export interface LockSummary {
  service: string
  environment: string
  run: string
  /** `alive`: it works; `gone`, `silent`: its process has ended or gives no sign of life; `none`: left unfinished. */
  holder: 'alive' | 'gone' | 'silent' | 'none'
  owner: { name: string; host: string; ci: boolean }
  reason?: string | undefined
  pid: number
  /** ISO 8601, UTC. */
  since: string
  lastSign: string
  /** When it expires without a further sign of life; ISO 8601, UTC. */
  expires: string
  claim: string
  surfaces: string[]
}
