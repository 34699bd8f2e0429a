// Where a process is, as a record names it: `<host>/<boot>/<container>`.

/** The name of the machine, for people. */
export function hostOf(where: string): string {
  return where.split('/')[0] ?? where
}
