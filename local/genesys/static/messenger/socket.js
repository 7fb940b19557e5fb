/**
 * The web messaging socket: frames with their answers, and coming back after a loss.
 *
 * Genesys, "Web Messaging Guest API"; numbers are those of the vendor's Transport SDK where it has
 * some: 300 seconds of trying, then it is over until somebody asks again.
 */

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const TRYING_MS = 300_000;
const ANSWER_MS = 30_000;

/** How long to wait before the next try; `random` is between 0 and 1. */
export function delayBefore(tries, random = Math.random()) {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** tries);
  // Not all at once after a failure that all visitors have seen.
  return delay * (0.75 + random / 2);
}

/** A frame that was refused; `code` is one of the Guest API. */
export class FrameError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'FrameError';
    this.code = code;
  }

  /** What events tell of it. */
  describe() {
    return { errorCode: this.code, message: this.message };
  }
}

export class Socket {
  #url;
  #page;
  #listener;
  #socket;
  #awaited = new Map(); // tracing id -> {resolve, reject, timer}
  #tries = 0;
  #lostAt;
  #timer;
  #isWanted = false;

  /** `listener` has `onOpen(isBack)`, `onFrame(frame)`, `onLost()` and `onGone()`. */
  constructor({ url, page, listener }) {
    this.#url = url;
    this.#page = page;
    this.#listener = listener;
    page.addEventListener('online', () => this.#hurry());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Connects, and keeps connected until `close`. */
  open() {
    if (!this.#isWanted) {
      this.#isWanted = true;
      this.#tries = 0;
      this.#lostAt = undefined;
      this.#connect();
    }
  }

  /** Ends it; whoever waits for an answer gets the error. */
  close(error = new FrameError(0, 'The connection was closed.')) {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#abandon(error);
    this.#socket?.close(1000);
    this.#socket = undefined;
  }

  /** Sends a frame that nothing answers. */
  send(frame) {
    if (!this.isOpen) {
      throw new FrameError(0, 'There is no connection.');
    }
    this.#socket.send(JSON.stringify(frame));
  }

  /** Sends a frame; a Promise of the one that answers it. */
  ask(frame, tracingId = crypto.randomUUID()) {
    return new Promise((resolve, reject) => {
      this.send({ ...frame, tracingId });
      const timer = setTimeout(() => {
        this.#awaited.delete(tracingId);
        reject(new FrameError(0, 'No answer came in time.'));
      }, ANSWER_MS);
      this.#awaited.set(tracingId, { resolve, reject, timer });
    });
  }

  #connect() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      const isBack = this.#lostAt !== undefined;
      this.#lostAt = undefined;
      this.#tries = 0;
      this.#listener.onOpen(isBack);
    });
    socket.addEventListener('message', (event) => this.#receive(socket, event.data));
    socket.addEventListener('close', () => this.#onClose(socket));
  }

  #receive(socket, text) {
    if (socket !== this.#socket) {
      return;
    }
    const frame = JSON.parse(text);
    const awaited = this.#awaited.get(frame.tracingId);
    if (awaited !== undefined) {
      this.#awaited.delete(frame.tracingId);
      clearTimeout(awaited.timer);
      const refused = refusalIn(frame);
      if (refused !== undefined) {
        awaited.reject(refused);
        return;
      }
      awaited.resolve(frame);
    }
    this.#listener.onFrame(frame);
  }

  #onClose(socket) {
    if (socket !== this.#socket || !this.#isWanted) {
      return;
    }
    this.#abandon(new FrameError(0, 'The connection was lost.'));
    const isNew = this.#lostAt === undefined;
    this.#lostAt ??= Date.now();
    if (Date.now() - this.#lostAt > TRYING_MS) {
      this.#isWanted = false;
      this.#listener.onGone();
      return;
    }
    if (isNew) {
      this.#listener.onLost();
    }
    this.#timer = setTimeout(() => this.#connect(), delayBefore(this.#tries));
    this.#tries += 1;
  }

  #hurry() {
    if (this.#isWanted && this.#socket.readyState === WebSocket.CLOSED) {
      clearTimeout(this.#timer);
      this.#connect();
    }
  }

  #abandon(error) {
    for (const { reject, timer } of this.#awaited.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#awaited.clear();
  }
}

/** The error that a frame tells of, undefined for any other frame. */
export function refusalIn(frame) {
  if (frame.class === 'TooManyRequestsErrorMessage') {
    const { errorCode, errorMessage } = frame.body;
    return new FrameError(errorCode, errorMessage);
  }
  return frame.class === 'string' ? new FrameError(frame.code, frame.body) : undefined;
}
