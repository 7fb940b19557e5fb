/**
 * Does what a deployment's snippet does, for a deployment that is only known on the page.
 * A site's own pages carry the snippet itself, as its vendor wants it.
 */
export function loadMessenger({ script, environment, deploymentId }) {
  window._genesysJs = 'Genesys';
  window.Genesys ??= function queue() {
    (window.Genesys.q ??= []).push(arguments);
  };
  window.Genesys.t = Date.now();
  window.Genesys.c = { environment, deploymentId };
  document.head.append(
    Object.assign(document.createElement('script'), { async: true, charset: 'utf-8', src: script }),
  );
}
