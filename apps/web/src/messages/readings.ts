/** Words of the readings. */
export const readings = {
  title: 'Readings',
}
