// The least that reads the answer of a range query: asked, parsed, not looked at. Plain JavaScript, because this is a
// floor: Node must not have to take types away first.
// node bare-range.mjs http://HOST/api/v1/query_range?… SERIES

const [, , url, series] = process.argv
const response = await fetch(url)
const { data } = JSON.parse(await response.text())
if (data.result.length !== Number(series)) throw new Error(`${data.result.length} series`)
