/** Words of share. */
export const share = {}
