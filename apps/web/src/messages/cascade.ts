/** Words of the cascade. */
export const cascade = {
  title: 'Cascade',
}
