/** Keeps the last `limit` bytes of what is pushed, and counts the rest. */
export function createTail(limit: number) {
  let chunks: Uint8Array[] = []
  let kept = 0
  let dropped = 0

  const trim = () => {
    const all = Buffer.concat(chunks)
    const tail = all.subarray(Math.max(0, all.length - limit))
    dropped += all.length - tail.length
    chunks = [tail]
    kept = tail.length
  }

  return {
    push(chunk: Uint8Array): void {
      chunks.push(chunk)
      kept += chunk.length
      // Twice the limit before anything is copied: a chatty child must not cost a copy for each of its lines.
      if (kept > 2 * limit) trim()
    },
    end(): { text: string; dropped: number } {
      trim()
      const [bytes] = chunks
      return { text: new TextDecoder().decode(dropped > 0 ? wholeCharacters(bytes) : bytes), dropped }
    },
  }
}

/** Without the rest of a UTF-8 character that was cut off at the front. */
function wholeCharacters(bytes: Uint8Array | undefined): Uint8Array | undefined {
  const start = bytes?.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000) ?? 0
  return start > 0 ? bytes?.subarray(start) : bytes
}
