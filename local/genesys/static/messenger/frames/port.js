/** The frame's end of the channel to Messenger's script in the page. */

/** Says hello to the page; a function to send messages. Handlers go by the kind of a message. */
export function connect(handlers) {
  let port;
  window.addEventListener('message', (event) => {
    // Whoever embeds the frame gave it everything it knows, so any parent may be its parent.
    if (event.source !== window.parent || event.data !== 'genesys-page') {
      return;
    }
    [port] = event.ports;
    port.addEventListener('message', ({ data }) => handlers[data.kind]?.(data));
    port.start();
  });
  window.parent.postMessage('genesys-frame', '*');
  return (kind, more = {}) => port?.postMessage({ kind, ...more });
}

/** Applies what every state has: language, direction, theme and colours. */
export function dress({ lang, dir, theme, colors }) {
  const root = document.documentElement;
  root.lang = lang;
  root.dir = dir;
  root.dataset.theme = theme;
  for (const [name, color] of Object.entries(colors)) {
    root.style.setProperty(`--${name}`, color);
  }
}

/** The element with an id. */
export function byId(id) {
  return document.getElementById(id);
}
