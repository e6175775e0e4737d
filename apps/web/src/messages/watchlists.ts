/** Words of watchlists. */
export const watchlists = {}
