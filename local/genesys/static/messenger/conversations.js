/** The Conversations plugin: no commands, only what happens to the conversations screen. */

export class Conversations {
  #plugin;

  constructor({ bus }) {
    this.#plugin = bus.plugin('Conversations');
    this.#plugin.subscribe('Messenger.opened', () => this.#plugin.publish('opened'));
    this.#plugin.subscribe('Messenger.closed', () => this.#plugin.publish('closed'));
    this.#plugin.subscribe('MessagingService.started', () => this.#plugin.publish('started'));
    this.#plugin.subscribe('MessagingService.error', (e) => this.#plugin.publish('error', e.data));
  }

  start() {
    this.#plugin.ready();
  }
}
