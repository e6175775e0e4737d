/** Words of drawings. */
export const drawings = {}
