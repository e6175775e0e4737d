/**
 * Runs in <head> before anything is painted: the saved theme, else the system's, onto <html data-theme>. Plain text, since it
 * must not wait for any bundle; `use-theme.ts` saves under the same key.
 */
export const THEME_SCRIPT = `(()=>{let t=null;try{t=localStorage.getItem('faultline-theme')}catch{}
if(t!=='dark'&&t!=='light')t=matchMedia('(prefers-color-scheme: light)').matches?'light':'dark'
document.documentElement.dataset.theme=t})()`
