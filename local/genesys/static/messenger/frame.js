/**
 * A fixed frame of Messenger's own origin in the page, and the channel to what is in it.
 *
 * The frame says that it has loaded; then it gets one end of a channel, and both sides trust
 * nothing else. Styles are set through the object model, which a page's policy does not restrict.
 */

const BASE = {
  position: 'fixed',
  display: 'block',
  border: '0',
  margin: '0',
  padding: '0',
  maxWidth: 'none',
  maxHeight: 'none',
  // A frame is transparent only while its scheme is that of its document.
  colorScheme: 'light',
  zIndex: '2147483000',
};

export class Frame {
  #element;
  #port;
  #onMessage;
  #state;
  #ready;

  /** `place` are styles; `onMessage(message)` gets what the frame says. */
  constructor({ page, origin, id, file, place, onMessage }) {
    this.#onMessage = onMessage;
    this.#element = page.document.createElement('iframe');
    this.#element.id = id;
    Object.assign(this.#element.style, BASE);
    this.place(place);
    this.hide();
    this.#element.src = new URL(`frames/${file}`, import.meta.url);
    this.#ready = new Promise((resolve) => {
      page.addEventListener('message', (event) => {
        const { contentWindow } = this.#element;
        const isHello = event.data === 'genesys-frame' && contentWindow !== null;
        if (isHello && event.source === contentWindow && event.origin === origin) {
          this.#connect(contentWindow, origin);
          resolve();
        }
      });
    });
    page.document.body.append(this.#element);
  }

  /** Sets styles. */
  place(styles) {
    Object.assign(this.#element.style, styles);
  }

  set title(text) {
    this.#element.title = text;
  }

  /** Shows what the frame shall show; only the newest state counts. */
  render(state) {
    this.#state = state;
    this.#port?.postMessage({ kind: 'state', state });
  }

  /** Tells it to do something. */
  tell(kind, more = {}) {
    this.#ready.then(() => this.#port.postMessage({ kind, ...more }));
  }

  /** Shows or hides the frame; showing waits until there is something to see. */
  async show() {
    await this.#ready;
    this.place({ visibility: 'visible' });
  }

  hide() {
    // Not display: what is in the frame could not measure itself.
    this.place({ visibility: 'hidden' });
  }

  focus() {
    this.#element.focus();
    this.tell('focus');
  }

  remove() {
    this.#element.remove();
  }

  #connect(target, origin) {
    // A frame that was moved in the document loads again, and begins anew.
    this.#port?.close();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.addEventListener('message', (event) => this.#onMessage(event.data));
    this.#port.start();
    target.postMessage('genesys-page', origin, [port2]);
    if (this.#state !== undefined) {
      this.render(this.#state);
    }
  }
}
