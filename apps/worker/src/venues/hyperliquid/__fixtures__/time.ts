/** 2026-03-01T12:00:00Z, a full minute */
export const T = 1_772_366_400_000
