/** SQL for a time as UTC milliseconds. */
export const msOf = (expression: string): string => `round(date_part('epoch', ${expression}) * 1000)::float8`
