import { secretForms } from '../helpers/secret-forms.ts'

// A secret with everything in it that has to be escaped somewhere, and the forms in which it may not be seen anywhere.

export const SECRET = `hunter2/+"Qx9'$Zk?&=7w`
/** As a part of the URL of a hook, where no quotes can stand. */
export const HOOK_KEY = 'k3yQx9Zk7wPl0aDf'
export const PASSWORD = 'docker-Pa55w0rd/+x'
export const CLUSTER_TOKEN = 'kube-t0ken-9Zk7wQx'

export const SECRETS = [SECRET, HOOK_KEY, PASSWORD, CLUSTER_TOKEN] as const

export const SECRET_FORMS: readonly string[] = [...new Set(SECRETS.flatMap(secretForms))]

/** The first form of a secret that the text holds. */
export function secretIn(text: string): string | undefined {
  return SECRET_FORMS.find((form) => text.includes(form))
}
