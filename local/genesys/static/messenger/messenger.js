/**
 * The Messenger plugin: the chat window, and what opens and closes it.
 *
 * Assumption: opening an open window and closing a closed one are refused, and so are parts that
 * the configuration does not offer.
 */

import { Frame } from './frame.js';

const NARROW = '(max-width: 520px), (max-height: 480px)';
const WIDE_PLACE = {
  width: '400px',
  // With the launcher below it 100 pixels stay free above: a page has its own buttons there.
  height: 'min(640px, calc(100dvh - 200px))',
  borderRadius: '16px',
  boxShadow: '0 0 0 1px rgb(128 128 128 / 28%), 0 12px 40px rgb(0 0 0 / 28%)',
};
const NARROW_PLACE = {
  inset: '0',
  width: '100%',
  height: '100%',
  borderRadius: '0',
  boxShadow: 'none',
};

export class Messenger {
  #plugin;
  #page;
  #origin;
  #look;
  #headless;
  #narrow;
  #frame;
  #isOpen = false;
  #isCleared = false;
  #launcher;
  #before;
  #channel;
  #wipe;
  #onOpen;
  #handlers;
  #describe;

  /**
   * `describe()` is what the window shall show beside its look, `handlers` by kind what its visitor
   * wants, `onOpen()` runs at each opening, `wipe()` takes back everything of this page.
   */
  constructor({ bus, page, origin, look, config, channel, describe, handlers, onOpen, wipe }) {
    this.#plugin = bus.plugin('Messenger');
    this.#page = page;
    this.#origin = origin;
    this.#look = look;
    this.#headless = config.headlessMode?.enabled === true;
    this.#narrow = page.matchMedia(NARROW);
    this.#channel = channel;
    this.#describe = describe;
    this.#handlers = { ...handlers, close: () => this.#close() };
    this.#onOpen = onOpen;
    this.#wipe = wipe;
    for (const name of ['open', 'openConversation']) {
      this.#register(name, () => this.open());
    }
    for (const [name, part] of [['openSearch', 'Knowledge'], ['openCobrowse', 'Cobrowse']]) {
      this.#register(name, () => Promise.reject(new Error(`${part} is not set up here`)));
    }
    this.#register('close', () => this.#closeIfOpen());
    this.#register('clear', () => this.#clear());
    this.#register('configure', (data) => look.setLanguage(data?.config?.lang));
    look.onChange(() => this.render());
    this.#narrow.addEventListener('change', () => this.render());
    channel.addEventListener('message', () => this.#clearHere());
  }

  start({ launcher }) {
    this.#launcher = launcher;
    this.#plugin.ready();
  }

  get isOpen() {
    return this.#isOpen;
  }

  /** What the launcher's button does. */
  toggle() {
    return this.#isOpen ? this.#close() : this.open();
  }

  async open() {
    if (this.#headless) {
      throw new Error('Messenger has no window in headless mode');
    }
    if (this.#isOpen) {
      throw new Error('Messenger is already open');
    }
    this.#isOpen = true;
    this.#before = this.#page.document.activeElement;
    this.#frame ??= this.#make();
    this.render();
    if (this.#launcher) {
      this.#launcher.isExpanded = true;
      this.#launcher.unread = 0;
    }
    this.#onOpen();
    await this.#frame.show();
    if (!this.#isOpen) {
      this.#frame.hide();
      return;
    }
    this.#frame.focus();
    this.#plugin.publish('opened');
  }

  /** Shows the newest state. */
  render() {
    if (this.#frame === undefined) {
      return;
    }
    const above = (this.#launcher?.height ?? 0) + (this.#launcher?.isVisible ? 8 : 0);
    this.#frame.title = this.#look.texts.frameWindow;
    this.#frame.place(
      this.#narrow.matches ? NARROW_PLACE : { ...WIDE_PLACE, ...this.#look.corner(above) },
    );
    this.#frame.render({ ...this.#look.describe(), ...this.#describe() });
  }

  #make() {
    return new Frame({
      page: this.#page,
      origin: this.#origin,
      id: 'genesys-mxg-container-frame',
      file: 'window.html',
      place: {},
      onMessage: (message) => this.#handlers[message.kind]?.(message),
    });
  }

  async #closeIfOpen() {
    if (!this.#isOpen) {
      throw new Error('Messenger is not open');
    }
    this.#close();
  }

  #close() {
    if (!this.#isOpen) {
      return;
    }
    this.#isOpen = false;
    if (this.#launcher) {
      this.#launcher.isExpanded = false;
    }
    // Focus goes back to where the visitor came from, before the place where it is disappears.
    const { body } = this.#page.document;
    if (this.#launcher?.isVisible) {
      this.#launcher.focus();
    } else if (this.#before !== body && this.#before?.isConnected) {
      this.#before.focus();
    }
    this.#frame.hide();
    this.#plugin.publish('closed');
  }

  async #clear() {
    this.#channel.postMessage('cleared');
    this.#clearHere();
  }

  #clearHere() {
    if (this.#isCleared) {
      return;
    }
    this.#close();
    this.#isCleared = true;
    this.#frame?.remove();
    this.#frame = undefined;
    this.#launcher?.remove();
    this.#wipe();
    this.#plugin.publish('cleared');
  }

  #register(name, run) {
    this.#plugin.registerCommand(name, async (e) => {
      if (this.#isCleared) {
        throw new Error('Messenger has been cleared and comes back when the page is loaded again');
      }
      e.resolve(await run(e.data));
    });
  }
}
