interface Userinfo {
  username: string
  password: string
}

/** What stands before the `@` of a URL, decoded; undefined when it cannot be: a `%` of a password must be `%25`. */
export function userinfoOf({ username, password }: URL): Userinfo | undefined {
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    return undefined
  }
}
