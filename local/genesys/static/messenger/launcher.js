/**
 * The Launcher plugin: the button that opens the chat window.
 *
 * `show` and `hide` are only for the visibility `OnDemand` (Genesys, "Launcher plugin").
 * Assumption: with `On` the button shows as soon as Messenger is ready, whether or not anybody has
 * signed in; the window then asks for the sign-in.
 */

import { Frame } from './frame.js';

const HIGH = 72;

export class Launcher {
  #plugin;
  #page;
  #origin;
  #look;
  #button;
  #visibility;
  #frame;
  #isVisible = false;
  #isExpanded = false;
  #unread = 0;
  #onPress;

  /** `onPress()` is called when the visitor presses the button. */
  constructor({ bus, page, origin, look, config, onPress }) {
    this.#plugin = bus.plugin('Launcher');
    this.#page = page;
    this.#origin = origin;
    this.#look = look;
    this.#button = config.messenger.launcherButton;
    this.#visibility = this.#button.visibility;
    this.#onPress = onPress;
    this.#plugin.registerCommand('show', (e) => this.#onDemand(e, () => this.#show()));
    this.#plugin.registerCommand('hide', (e) => this.#onDemand(e, () => this.#hide()));
    look.onChange(() => this.#render());
  }

  start() {
    this.#plugin.ready();
    if (this.#visibility === 'On') {
      this.#show();
    }
  }

  get isVisible() {
    return this.#isVisible;
  }

  /** How many pixels it takes away from the window's height. */
  get height() {
    return this.#isVisible ? HIGH : 0;
  }

  set isExpanded(value) {
    this.#isExpanded = value;
    this.#render();
  }

  get unread() {
    return this.#unread;
  }

  /** Messages that nobody has seen yet. */
  set unread(count) {
    this.#unread = count;
    this.#render();
  }

  focus() {
    this.#frame?.focus();
  }

  /** Takes the button away for good. */
  remove() {
    this.#hide();
    this.#visibility = 'Off';
    this.#frame?.remove();
    this.#frame = undefined;
  }

  async #onDemand(e, act) {
    if (this.#visibility !== 'OnDemand') {
      e.reject(new Error(`The launcher's visibility is ${this.#visibility}, not OnDemand`));
      return;
    }
    await act();
    e.resolve();
  }

  async #show() {
    if (this.#isVisible) {
      return;
    }
    this.#isVisible = true;
    this.#frame ??= this.#make();
    this.#render();
    await this.#frame.show();
    if (!this.#isVisible) {
      this.#frame.hide(); // the page thought better of it meanwhile
      return;
    }
    this.#plugin.publish('visible');
  }

  #hide() {
    if (!this.#isVisible) {
      return;
    }
    this.#isVisible = false;
    this.#frame.hide();
    this.#plugin.publish('hidden');
  }

  #make() {
    return new Frame({
      page: this.#page,
      origin: this.#origin,
      id: 'genesys-mxg-frame',
      file: 'launcher.html',
      place: { width: `${HIGH}px`, height: `${HIGH}px`, background: 'transparent' },
      onMessage: (message) => this.#onMessage(message),
    });
  }

  #onMessage(message) {
    if (message.kind === 'press') {
      this.#onPress();
    } else if (message.kind === 'size') {
      this.#frame.place({ width: `${message.width}px` });
    }
  }

  #render() {
    if (this.#frame === undefined) {
      return;
    }
    const { texts } = this.#look;
    this.#frame.title = texts.frameLauncher;
    this.#frame.place(this.#look.corner());
    this.#frame.render({
      ...this.#look.describe(),
      expanded: this.#isExpanded,
      unread: this.#unread,
      displayType: this.#button.displayType ?? 'Icon',
      iconUrl: this.#button.icon?.url ?? '',
    });
  }
}
