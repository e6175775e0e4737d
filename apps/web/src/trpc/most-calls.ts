/** Calls in one request: a page asks for a dozen at once. Without a bound, one request of a stranger could be tens of thousands. */
export const MOST_CALLS = 50
