/** The document before and after variables and inputs were put in; both have the same shape. */
export interface Filled {
  raw: unknown
  filled: unknown
}
