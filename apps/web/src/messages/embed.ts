/** Words of the embed. */
export const embed = {
  title: 'Embed',
}
