/*
 * Stand-in for the script that Genesys Cloud serves as genesys.min.js.
 *
 * It learns from its own address where everything else is, and leaves the rest to ES modules of the
 * same origin. Until they have arrived the snippet's queue goes on taking calls. The server puts a
 * digest of the modules in the place of VERSION.
 */
(() => {
  'use strict';
  const { origin } = new URL(document.currentScript.src);
  import(`${origin}/genesys-bootstrap/messenger/VERSION/main.js`)
    .then(({ start }) => start({ page: window, origin }))
    .catch((error) => console.error('[Genesys]', error.message));
})();
