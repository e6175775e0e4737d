/** With it the page of a shared view says what it may read; a view's answer brings a fresh one. No part of an address: no log has it. */
export const SHARE_HEADER = 'Faultline-Share'
