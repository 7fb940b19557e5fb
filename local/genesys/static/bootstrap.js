/*
 * Stand-in for the script that Genesys Cloud serves as genesys.min.js.
 *
 * It learns from its own address where everything else is, and leaves the rest to ES modules of the
 * same origin. Until they have arrived the snippet's queue goes on taking calls.
 */
(() => {
  'use strict';
  const { origin } = new URL(document.currentScript.src);
  import(`${origin}/genesys-bootstrap/messenger/main.js`)
    .then(({ start }) => start({ page: window, origin }))
    .catch((error) => console.error('[Genesys]', error.message));
})();
