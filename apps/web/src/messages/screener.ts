/** Words of the screener. */
export const screener = {
  title: 'Screener',
}
