import { Problem, type ProblemDetails } from '../core/problem.ts'

/** An exchange that gave no answer. Its message names host and port only: the rest of a hook's URL is a secret. */
export class NetworkError extends Problem {
  /** false: the request certainly never left. true: it may have been carried out, only its answer is lost. */
  readonly sent: boolean
  /** The fault is as likely ours as the host's, and says nothing about it: a name not found, no route, no file left. */
  readonly ours: boolean
  /** Milliseconds were over; whoever answers 5xx-like to a person may want to say so. */
  readonly timedOut: boolean

  constructor(
    details: ProblemDetails & { sent: boolean; timedOut?: boolean | undefined; ours?: boolean | undefined },
  ) {
    super(details)
    this.name = 'NetworkError'
    this.sent = details.sent
    this.ours = details.ours ?? false
    this.timedOut = details.timedOut ?? false
  }
}

/** `error` as Node throws it, in plain words. `host` is `name:port`. */
export function networkError(error: unknown, host: string, sent: boolean): NetworkError {
  const known = wordsFor(codeOf(error), host)
  const words =
    known?.words ?? `the connection to ${host} failed${codeOf(error) ? ` (${codeOf(error)})` : ''}`
  if (!sent || known?.neverSent === true)
    return new NetworkError({
      code: 'network-refused',
      message: words,
      cure: known?.cure,
      sent: false,
      ours: known?.ours,
      cause: error,
    })
  return new NetworkError({
    code: 'network-lost',
    message: words,
    cure: known?.cure,
    sent: true,
    ours: known?.ours,
    cause: error,
  })
}

interface Words {
  words: string
  cure?: string
  /** Whatever else is known: with this code nothing can have been sent. */
  neverSent?: boolean
  ours?: boolean
}

const CHECK_ADDRESS = 'Check the address and the VPN, and whether it is running'
const TRUST =
  'Trust the authority that signed it: set NODE_EXTRA_CA_CERTS to its PEM file before starting the program'

function wordsFor(code: string, host: string): Words | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return { words: `connection refused by ${host}`, cure: CHECK_ADDRESS, neverSent: true }
    case 'ENOTFOUND':
      return {
        words: `there is no host of the name ${host}`,
        cure: 'Check the name and the VPN',
        neverSent: true,
        ours: true,
      }
    case 'EAI_AGAIN':
      return {
        words: `the name of ${host} could not be looked up`,
        cure: 'Check DNS',
        neverSent: true,
        ours: true,
      }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return { words: `there is no route to ${host}`, cure: 'Check the network or the VPN', ours: true }
    case 'EMFILE':
    case 'ENFILE':
      return {
        words: `too many files are open on this machine to connect to ${host}`,
        cure: 'Raise the limit (ulimit -n)',
        neverSent: true,
        ours: true,
      }
    case 'ERR_PROXY_TUNNEL':
      return {
        words: `the proxy does not let us through to ${host}`,
        cure: 'Check HTTPS_PROXY, or add the host to NO_PROXY',
        neverSent: true,
        ours: true,
      }
    case 'ECONNRESET':
    case 'EPIPE':
      return { words: `the connection to ${host} was closed before an answer came` }
    case 'ETIMEDOUT':
      return { words: `${host} does not answer` }
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return { words: `${host} does not speak TLS`, cure: 'Check the port, and whether it is https or http' }
    case 'CERT_HAS_EXPIRED':
      return { words: `the certificate of ${host} has expired`, neverSent: true }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return { words: `the certificate of ${host} is for another name`, neverSent: true }
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return { words: `the certificate of ${host} is not trusted`, cure: TRUST, neverSent: true }
    default:
      return code.startsWith('HPE_')
        ? { words: `${host} answered something that is not HTTP`, cure: 'Check the port' }
        : undefined
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
