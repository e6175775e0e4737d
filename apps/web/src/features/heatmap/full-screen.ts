/** The whole page without the browser's bars, and back. Where a browser refuses, nothing happens. */
export function toggleFullScreen(): void {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()
  change?.catch(() => {})
}
