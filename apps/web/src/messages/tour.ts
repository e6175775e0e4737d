/** Words of the tour. */
export const tour = {
  title: 'Tour',
}
