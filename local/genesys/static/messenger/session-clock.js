/** How long a conversation still lasts, and the warning before it ends. */

const WARNING_MS = 5 * 60_000;

export class SessionClock {
  #seconds = 0;
  #timer;
  #plugin;
  #onWarning;

  /** `plugin` publishes the events of MessagingService; `onWarning(isOn)` tells the window. */
  constructor({ plugin, onWarning }) {
    this.#plugin = plugin;
    this.#onWarning = onWarning;
  }

  /** A session of so many seconds from its last message on, which ends at that Unix time. */
  configure({ durationSeconds, expirationDate }) {
    if (!durationSeconds) {
      return;
    }
    this.#seconds = durationSeconds;
    this.#plugin.publish('sessionDurationConfigured', { durationSeconds });
    this.#runUntil(expirationDate);
  }

  /** Every message gives the session its full time again. */
  renew() {
    if (this.#seconds > 0) {
      this.#runUntil(Math.floor(Date.now() / 1000) + this.#seconds);
    }
  }

  stop() {
    clearTimeout(this.#timer);
    this.#seconds = 0;
    this.#onWarning(false);
  }

  #runUntil(expirationDate) {
    clearTimeout(this.#timer);
    this.#onWarning(false);
    this.#plugin.publish('sessionTimingUpdated', { expirationDate });
    const left = expirationDate * 1000 - Date.now() - WARNING_MS;
    // Longer than timers can count means: not in this page's life.
    if (left > 0 && left < 2 ** 31) {
      this.#timer = setTimeout(() => {
        this.#onWarning(true);
        this.#plugin.publish('sessionWarning', { expirationDate });
      }, left);
    }
  }
}
