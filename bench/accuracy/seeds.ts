/**
 * Seeds of the simulated markets. Whoever chooses a number of the estimator looks at the tuning seeds only; what is published comes from
 * the reporting seeds. A seed never moves from one list to the other.
 */
export const TUNING_SEEDS = [201, 202, 203, 204] as const
export const REPORTING_SEEDS = [301, 302, 303, 304] as const
