/** Words of saved. */
export const saved = {}
