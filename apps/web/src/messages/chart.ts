/** Words of the chart. */
export const chart = {
  title: 'Chart',
}
