/** How many recovery codes there are at first. */
export const RECOVERY_CODES = 10
/** From here on people are told to make new ones. */
export const FEW_RECOVERY_CODES = 3
