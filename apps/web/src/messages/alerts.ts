/** Words of alerts. */
export const alerts = {}
