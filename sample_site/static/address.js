/** Takes the answer out of the address bar. Imported first, so it runs before all else. */
export const answer = new URLSearchParams(location.search);

history.replaceState(null, '', location.pathname);
