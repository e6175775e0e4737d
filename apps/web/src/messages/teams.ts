/** Words of teams. */
export const teams = {}
