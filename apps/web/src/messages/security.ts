/** Words of security. */
export const security = {}
