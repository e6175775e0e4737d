/** How well a name answers to what was typed: pure. */

/** What is searched: a title, and words that stand for it as well but count for less. */
export interface Searched {
  title: string
  keywords?: string
}

const EXACT = 100
const PREFIX = 80
const WORD_START = 60
const INSIDE = 40
const SUBSEQUENCE = 20
/** A hit in the keywords is worth less than the same one in the title. */
const OF_KEYWORDS = 0.5
/** Letters of a subsequence may be spread over this many times their number, no more: further apart they are chance. */
const WIDEST = 3

const plain = (text: string): string => text.normalize('NFKC').toLowerCase()

/**
 * 0 where some word of `query` is found nowhere, else more for a better answer: the whole title, its beginning, the beginning of a word
 * in it, something inside, and last its letters in order with others between. An empty query is answered by everything alike.
 */
export function score(query: string, { title, keywords = '' }: Searched): number {
  const words = plain(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) return 1
  const [name, more] = [plain(title), plain(keywords)]
  // the words together: "binance eth" and "eth binance" are as good, but what the title begins with is better
  let total = name.startsWith(words.join(' ')) ? words.length : 0
  for (const word of words) {
    const best = Math.max(inTitle(word, name), OF_KEYWORDS * whole(word, more))
    if (best === 0) return 0
    total += best
  }
  return total / words.length
}

const inTitle = (word: string, text: string): number => whole(word, text) || subsequence(word, text)

/** The word in one piece. A shorter text is the better answer to it. */
function whole(word: string, text: string): number {
  if (text === word) return EXACT
  const share = (10 * word.length) / Math.max(1, text.length)
  if (text.startsWith(word)) return PREFIX + share
  let inside = 0
  for (let at = text.indexOf(word, 1); at >= 0; at = text.indexOf(word, at + 1)) {
    if (startsWord(text, at)) return WORD_START + share
    inside = INSIDE + share
  }
  return inside
}

/** After what is no letter and no digit, and where digits end: the `pepe` of `1000pepe`. */
function startsWord(text: string, at: number): boolean {
  const before = text[at - 1] ?? ''
  return !/[\p{L}\p{N}]/u.test(before) || (/\p{N}/u.test(before) && /\p{L}/u.test(text[at] ?? ''))
}

/** Its letters in order, as close together as can be; nothing for a single letter, which would be everywhere. */
function subsequence(word: string, text: string): number {
  if (word.length < 2) return 0
  let shortest = Number.POSITIVE_INFINITY
  for (let start = text.indexOf(word[0] ?? ''); start >= 0; start = text.indexOf(word[0] ?? '', start + 1)) {
    let end = start
    let found = 1
    while (found < word.length && end >= 0) {
      end = text.indexOf(word[found] ?? '', end + 1)
      if (end >= 0) found++
    }
    if (end < 0) break
    shortest = Math.min(shortest, end - start + 1)
  }
  return shortest <= WIDEST * word.length ? (SUBSEQUENCE * word.length) / shortest : 0
}
