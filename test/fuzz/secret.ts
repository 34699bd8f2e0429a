// A secret with everything in it that has to be escaped somewhere, and the forms in which it may not be seen anywhere.

export const SECRET = `hunter2/+"Qx9'$Zk?&=7w`
/** As a part of the URL of a hook, where no quotes can stand. */
export const HOOK_KEY = 'k3yQx9Zk7wPl0aDf'
export const PASSWORD = 'docker-Pa55w0rd/+x'
export const CLUSTER_TOKEN = 'kube-t0ken-9Zk7wQx'

export const SECRETS = [SECRET, HOOK_KEY, PASSWORD, CLUSTER_TOKEN] as const

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
    json,
    JSON.stringify(json).slice(1, -1),
  ]
}

export const SECRET_FORMS: readonly string[] = [...new Set(SECRETS.flatMap(formsOf))]

/** The first form of a secret that the text holds. */
export function secretIn(text: string): string | undefined {
  return SECRET_FORMS.find((form) => text.includes(form))
}
