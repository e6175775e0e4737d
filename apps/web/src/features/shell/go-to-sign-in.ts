'use client'
/** The session has ended while the page was open: sign in and come back to where one was. */
export function goToSignIn(): void {
  location.assign(`/sign-in?callbackUrl=${encodeURIComponent(location.pathname + location.search)}`)
}
