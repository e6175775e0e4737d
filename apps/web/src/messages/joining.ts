/** Words of joining. */
export const joining = {}
