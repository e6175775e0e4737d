/**
 * Who is far under water does not sit still: stops, top-ups and closings by hand thin out what stands close to its liquidation. Of what
 * the books hold, the share 1 − (1 − AT_LEVEL)·u is still there, u being the way that price has gone from the entry to the level:
 * all of it in profit and at the entry, AT_LEVEL when price arrives.
 */
export const AT_LEVEL = 0.3
